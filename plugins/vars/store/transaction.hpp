// Changes of several files of the store that happen together: after a kill at any instant the next run brings them to
// their end, and after an error everything is as it was.
//
// Everything new is staged in <fleet>/.fleetd-pending and synced, then a journal makes it binding, then single renames
// put it in place. What is staged is sealed or public. The journal stays until the files are committed to git, so that
// a later run can do that, too.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "plugins/vars/store/journal.hpp"

namespace fleetd::vars {

// Thread: the one that holds the fleet's lock.
class Transaction {
 public:
  explicit Transaction(std::string fleet) : fleet_(std::move(fleet)) {}

  // Paths are relative to the fleet. Later changes of the same path come after earlier ones.
  void write(std::string path, std::string content);
  // A link at `path` to `target`, both below the fleet, written relative to `path`.
  void link(std::string path, std::string target);
  void remove(std::string path);

  bool empty() const { return changes_.empty(); }
  std::size_t size() const { return changes_.size(); }
  std::size_t bytes() const { return bytes_; }  // that are held
  void shrink(std::size_t size);                // forgets the changes from this one on

  // Leaves the transaction empty, whatever comes of it. The paths that were changed. Errors: VARS30, VARS38, VARS39 for
  // a directory that is a link; nothing has changed then, unless the message says that the next run will go on.
  fleet::Result<std::vector<std::string>> commit(const std::string& message);

 private:
  struct Staged {
    Change change;
    std::string content;  // of a file, or where a link leads
    bool isLink = false;
  };
  bool isThere(const Staged& staged) const;

  std::string fleet_;
  std::vector<Staged> changes_;
  std::size_t bytes_ = 0;
};

// What earlier runs have changed and not committed to git.
struct Leftover {
  std::vector<std::string> messages, files;
};

// A record of the password store's, which is in the fleet for a moment only.
inline constexpr const char* kPassRecord = "vars/.password-store-changes";
// Whether a path that was changed is one to commit.
bool isForGit(const std::string& path);

// Whether an earlier run left something to do.
bool isUnfinished(const std::string& fleet);
// Brings an unfinished change to its end, and clears away what never became binding. Errors: VARS30, VARS38, VARS39.
fleet::Result<Leftover> recover(const std::string& fleet);
// The changes are committed: nothing has to be remembered of them.
void forget(const std::string& fleet);

}  // namespace fleetd::vars
