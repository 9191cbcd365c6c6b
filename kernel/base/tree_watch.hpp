// TreeWatch: tells which files below some directories changed. It compares what it saw with what is there now, so
// nothing is lost between two calls; the system's notices only end the waiting earlier.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kernel/base/fd.hpp"
#include "kernel/base/result.hpp"

namespace fleetd::base {

// Thread: one at a time.
class TreeWatch {
 public:
  static constexpr std::size_t kMaxEntries = 200'000;

  // `roots` are absolute. Version control's own files (.git, .hg, .jj), .direnv and links that builds leave (result,
  // result-*) are not looked at; symlinks are not followed. Errors: FL0002 for a root that cannot be read, FL0004 for
  // more than kMaxEntries files.
  static Result<TreeWatch> open(std::vector<std::string> roots);

  // Waits for a change and until writing pauses; the changed paths, sorted. Empty once `goOn`, asked every second, says
  // no. Errors as for open.
  Result<std::vector<std::string>> next(const std::function<bool()>& goOn);

 private:
  struct Stamp {
    std::uint64_t inode = 0, size = 0;
    std::int64_t modified = 0, changed = 0;  // nanoseconds
    std::uint32_t mode = 0;
    bool operator==(const Stamp&) const = default;
  };
  using Snapshot = std::map<std::string, Stamp>;

  static Result<void> look(const std::string& directory, int depth, Snapshot& out);
  Result<Snapshot> lookAtAll() const;
  void subscribe();
  bool awaitNotice(int milliseconds);

  std::vector<std::string> roots_;
  Snapshot seen_;
  UniqueFd notices_;  // empty: there are none, and the trees are looked at again and again
};

}  // namespace fleetd::base
