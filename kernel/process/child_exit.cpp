// Waiting for one child by its number, never for any child: other parts of the process have children, too.
#include "kernel/process/child_exit.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#ifdef __linux__
#include <sys/syscall.h>
#endif

namespace fleetd::process {

namespace {

base::UniqueFd openPollFd([[maybe_unused]] pid_t pid) {
#if defined(__linux__) && defined(SYS_pidfd_open)
  return base::UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));  // close-on-exec by itself
#else
  return base::UniqueFd();
#endif
}

}  // namespace

ChildExit::ChildExit(pid_t pid) : pid_(pid), ended_(false), pollFd_(openPollFd(pid)) {}

ChildExit& ChildExit::operator=(ChildExit&& other) noexcept {
  if (this == &other) return *this;
  if (!ended_) {
    signal(SIGKILL);
    wait();
  }
  pid_ = std::exchange(other.pid_, 0);
  ended_ = std::exchange(other.ended_, true);
  code_ = other.code_;
  endSignal_ = other.endSignal_;
  pollFd_ = std::move(other.pollFd_);
  return *this;
}

ChildExit::~ChildExit() {
  if (ended_) return;
  signal(SIGKILL);
  wait();
}

void ChildExit::take(int status) {
  ended_ = true;
  if (WIFSIGNALED(status))
    endSignal_ = WTERMSIG(status);
  else
    code_ = WEXITSTATUS(status);
}

bool ChildExit::ended() {
  if (ended_) return true;
  int status = 0;
  const pid_t got = ::waitpid(pid_, &status, WNOHANG);
  if (got == pid_) take(status);
  // Someone else took the status (SIGCHLD ignored): the end is certain, how is not.
  if (got < 0 && errno == ECHILD) ended_ = true;
  return ended_;
}

void ChildExit::wait() {
  while (!ended_) {
    int status = 0;
    const pid_t got = ::waitpid(pid_, &status, 0);
    if (got == pid_) take(status);
    if (got < 0 && errno == ECHILD) ended_ = true;
  }
}

void ChildExit::signal(int number, bool group) {
  if (pid_ <= 0) return;
  if (group)
    ::kill(-pid_, number);
  else if (!ended_)
    ::kill(pid_, number);
}

}  // namespace fleetd::process
