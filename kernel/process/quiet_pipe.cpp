// SIGPIPE is sent to the writing thread, so it is blocked there and taken back when it came.
#include "kernel/process/quiet_pipe.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>

namespace fleetd::process {

ssize_t writeQuietly(int fd, std::string_view bytes) {
  sigset_t pipe;
  sigset_t before;
  sigset_t pending;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::sigpending(&pending);
  const bool wasPending = ::sigismember(&pending, SIGPIPE) == 1;
  ::pthread_sigmask(SIG_BLOCK, &pipe, &before);
  const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
  const int code = errno;
  // A write that got a part out before the reader left succeeds, and the signal comes all the same.
  if (!wasPending) {
    ::sigpending(&pending);
    int taken = 0;
    if (::sigismember(&pending, SIGPIPE) == 1) ::sigwait(&pipe, &taken);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = code;
  return wrote;
}

}  // namespace fleetd::process
