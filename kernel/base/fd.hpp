// UniqueFd: owns one file descriptor and closes it.
#pragma once
#include <utility>

namespace fleetd::base {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  // Gives the descriptor away; the caller closes it.
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  // Closes the owned descriptor, if any, and owns `fd` from now on. Keeps errno.
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

// A pipe whose ends are close-on-exec and numbered 3 or higher, so that they never collide with a child's
// standard streams. Both ends are empty on failure, and errno says why.
Pipe makePipe();
// Switches a descriptor to non-blocking mode. False with errno on failure.
bool setNonBlocking(int fd);

}  // namespace fleetd::base

namespace fleetd {
using base::UniqueFd;
}  // namespace fleetd
