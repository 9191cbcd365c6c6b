// A change of several files that survives being killed: every step is written down before it is done, so that the next
// command takes the change back, or, once it was complete, brings it to its end.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "kernel/base/fd.hpp"
#include "kernel/base/result.hpp"

namespace fleetd::cli {

// Held by the command that changes files of this directory, so that nobody takes its change for an interrupted one.
// Error FL0617 when somebody else has it.
Result<base::UniqueFd> lockChanges(const std::string& directory);

// The journal is the directory `.fleetd-change` at the root of the fleet: a file for each step, copies of what is
// replaced and what was removed. Paths are relative to `directory`.
class ChangeJournal {
 public:
  // What an interrupted change left.
  struct Left {
    bool complete = false;  // all files are as they should be; the commit may be missing
    std::string message;
    std::vector<std::string> touched;
  };

  explicit ChangeJournal(std::string directory);

  // Whether there is one; FL0003 when it cannot be read.
  Result<std::optional<Left>> left() const;
  // Takes back all steps that were written down, the last one first. Can itself be killed and run again.
  Result<void> rollBack();
  // Forgets the change, and what was removed with it.
  void forget();

  // One step each: noted, then done.
  Result<void> create(const std::string& path, const std::string& bytes);
  Result<void> replace(const std::string& path, const std::string& bytes);
  Result<void> rename(const std::string& from, const std::string& to);
  Result<void> link(const std::string& path, const std::string& target);
  Result<void> remove(const std::string& path);
  // From now on the change is not taken back.
  Result<void> complete(const std::string& message, const std::vector<std::string>& touched);

  bool empty() const { return steps_ == 0; }

 private:
  std::string at(const std::string& path) const { return directory_ + "/" + path; }
  std::string place() const;
  Result<void> note(const std::vector<std::string>& words);
  Result<void> takeBack(const std::vector<std::string>& words);

  std::string directory_;
  std::size_t steps_ = 0;
};

}  // namespace fleetd::cli
