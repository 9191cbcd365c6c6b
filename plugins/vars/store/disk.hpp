// Files of the store: bounded reads, atomic writes, relative links. A write is there as a whole or not at all.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/common/secret_bytes.hpp"

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

bool exists(const std::string& path);
bool isDirectory(const std::string& path);
// Names in a directory, sorted; none when it is missing.
std::vector<std::string> namesIn(const std::string& directory);
// Errors: VARS30 with the path and the system's reason.
fleet::Result<std::string> read(const std::string& path);
// Makes missing directories; temporary file, fsync, rename, fsync of the directory.
fleet::Result<void> write(const std::string& path, std::string_view content);
// The same for a file of the operator's own, mode 0600: a comment and a secret, which is never copied. Refuses to
// replace a file.
fleet::Result<void> writePrivate(const std::string& path, std::string_view comment, std::string_view secret);
// A link at `path` to `target`, both below one root, written relative to `path`. Fine when it is there already.
fleet::Result<void> link(const std::string& path, const std::string& target);
// Fine when it is not there. Never follows links.
fleet::Result<void> remove(const std::string& path);

}  // namespace fleetd::vars::disk
