// What starting a child takes: the C objects of posix_spawn with their destructors.
#pragma once
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "kernel/base/fd.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::process {

std::vector<char*> pointers(std::vector<std::string>&&) = delete;  // they would point into a temporary

// The strings, with a null pointer after the last, as C wants them.
inline std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (const std::string& text : strings)
    out.push_back(const_cast<char*>(text.c_str()));  // posix_spawn does not write to them
  out.push_back(nullptr);
  return out;
}

inline bool holdsNul(const std::vector<std::string>& strings) {
  return std::any_of(strings.begin(), strings.end(),
                     [](const std::string& s) { return s.find('\0') != std::string::npos; });
}

// The C objects of posix_spawn with their destructors.
struct SpawnPlan {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  int stream(Stream kind, const base::UniqueFd& pipe, int target) {
    switch (kind) {
      case Stream::Inherit: return 0;
      case Stream::Capture: return ::posix_spawn_file_actions_adddup2(&actions, pipe.get(), target);
      case Stream::Discard: return ::posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_WRONLY, 0);
    }
    return EINVAL;
  }

  int input(const Command& command, const base::UniqueFd& pipe) {
    if (command.inputFd >= 0) return ::posix_spawn_file_actions_adddup2(&actions, command.inputFd, 0);
    if (command.input) return ::posix_spawn_file_actions_adddup2(&actions, pipe.get(), 0);
    if (command.inheritInput) return 0;
    return ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  }

  // The child starts with an empty signal mask and default actions, whatever this thread had blocked or
  // ignored.
  int signals(bool ownGroup) {
    sigset_t none;
    sigset_t standard;
    ::sigemptyset(&none);
    ::sigemptyset(&standard);
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGCHLD}) ::sigaddset(&standard, signal);
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (ownGroup) flags |= POSIX_SPAWN_SETPGROUP;
#ifdef __APPLE__
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
    if (const int code = ::posix_spawnattr_setsigmask(&attributes, &none)) return code;
    if (const int code = ::posix_spawnattr_setsigdefault(&attributes, &standard)) return code;
    if (const int code = ::posix_spawnattr_setpgroup(&attributes, 0)) return code;
    return ::posix_spawnattr_setflags(&attributes, static_cast<short>(flags));
  }

  int workingDir(const std::string& dir) {
    return dir.empty() ? 0 : ::posix_spawn_file_actions_addchdir_np(&actions, dir.c_str());
  }
};

}  // namespace fleetd::process
