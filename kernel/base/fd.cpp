// UniqueFd and pipes.
#include "kernel/base/fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace fleetd::base {

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) {
    const int saved = errno;
    ::close(fd_);  // never retried: after EINTR the number may already belong to another thread
    errno = saved;
  }
  fd_ = fd;
}

Pipe makePipe() {
  int ends[2] = {-1, -1};
#ifdef __linux__
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
#else
  if (::pipe(ends) != 0) return {};
#endif
  UniqueFd read(ends[0]);
  UniqueFd write(ends[1]);
  for (UniqueFd* end : {&read, &write}) {
    if (end->get() < 3) end->reset(::fcntl(end->get(), F_DUPFD_CLOEXEC, 3));
    if (!*end || ::fcntl(end->get(), F_SETFD, FD_CLOEXEC) != 0) return {};
  }
  return {std::move(read), std::move(write)};
}

bool setNonBlocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

}  // namespace fleetd::base
