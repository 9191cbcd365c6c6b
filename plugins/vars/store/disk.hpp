// Files of the store: bounded reads, a lock, a private key's file. What a run changes goes through Transaction.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/vars/store/errors.hpp"

namespace fleetd::vars::disk {

inline constexpr std::size_t kMaxFile = 100u << 20;  // bytes

// Held while it lives: nobody else may write below the same directory. Nothing is created for it.
class Lock {
 public:
  // Does not wait. Errors: VARS63 when somebody else holds it, VARS30.
  static fleet::Result<Lock> take(const std::string& directory);
  Lock(Lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Lock& operator=(Lock&&) = delete;
  ~Lock();

 private:
  explicit Lock(int fd) : fd_(fd) {}
  int fd_;
};

// Whether there is anything of this name, be it a link that leads nowhere. What cannot be looked at counts as there:
// nothing is made anew because a disk does not answer.
bool exists(const std::string& path);
bool isDirectory(const std::string& path);
// Names in a directory, sorted, without those that begin with a dot; none when there is no such directory. Errors:
// VARS30 when it cannot be read.
fleet::Result<std::vector<std::string>> namesIn(const std::string& directory);
// The same of the directories in it; links to some are none.
fleet::Result<std::vector<std::string>> directoriesIn(const std::string& directory);
// Directories at and below `directory` in which there is a regular file that matches, by their paths relative to the
// fleet, each directory before what is below it, in order; links are not followed. Errors: VARS30 for directories that
// cannot be read; one that is not there has nothing.
fleet::Result<std::vector<std::string>> directoriesWith(
    const std::string& fleet, const std::string& directory,
    const std::function<bool(const std::string& directory, const std::string& name)>& matches);
// Errors: VARS30 with the path and the system's reason.
fleet::Result<std::string> read(const std::string& path);
// A file of the operator's own, mode 0600: a comment and a secret, which is never copied. Refuses to replace a file.
// Where the system can, the file has no name before it is complete; elsewhere it is called `path`.new until then, and
// removed by the next call when that did not come to an end.
fleet::Result<void> writePrivate(const std::string& path, std::string_view comment, std::string_view secret);

// All of a text, onto the disk.
fleet::Result<void> writeAll(int fd, std::string_view content, const std::string& path);
fleet::Result<void> sync(int fd, const std::string& path);
// What names a directory holds is on the disk, too.
fleet::Result<void> syncDirectory(const std::string& directory);

// Closes a descriptor.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd();
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace fleetd::vars::disk
