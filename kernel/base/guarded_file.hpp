// Guarded files: those only root and this user can change. What is loaded as code must be one.
#pragma once
#include <functional>
#include <string>

#include "kernel/base/fd.hpp"
#include "kernel/base/result.hpp"

namespace fleetd::base {

// Whose files are as good as our own.
struct FileGuard {
  unsigned user = 0;  // the effective user
  unsigned root = 0;  // who owns "/": root, or what stands for it inside of a user namespace
  // Whether a group has no member but this user; asked only about files their group may write.
  std::function<bool(unsigned group)> isPrivateGroup;

  static FileGuard current();
};

struct GuardedFile {
  UniqueFd fd;       // open for reading
  std::string path;  // absolute and without links: nobody else can make it lead to another file
};

// Opens the regular file behind an absolute path, name by name and never through a link it did not judge. The file and
// every directory and link on the way must belong to root or this user; the file and the directories must not be
// writable by others, but for directories with the sticky bit, where nobody replaces what is not theirs. Errors: FL0002
// when there is no such file, FL0333 with all that is wrong at once.
Result<GuardedFile> openGuarded(const std::string& path, const FileGuard& guard = FileGuard::current());

}  // namespace fleetd::base
