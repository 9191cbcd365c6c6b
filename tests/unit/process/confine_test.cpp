#include "kernel/process/confine.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

#include "kernel/base/sanitizer.hpp"

namespace fleetd::process {
namespace {

// What becomes of a copy of this process that runs `body`: its exit status, or 1000 and the signal.
int fate(const std::function<int()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

TEST(Confine, NoProcessesProgramsOrSocketsAreStarted) {
  if (!canLockDown()) GTEST_SKIP() << "no filter on this system";
  EXPECT_EQ(fate([] {
              if (!lockDown().ok()) return 1;
              if (::fork() != -1 || errno != EPERM) return 2;
              if (::vfork() != -1 || errno != EPERM) return 3;
              if (::execl("/bin/true", "true", nullptr) != -1 || errno != EPERM) return 4;
              if (::socket(AF_INET, SOCK_STREAM, 0) != -1 || errno != EPERM) return 5;
              if (::socket(AF_UNIX, SOCK_STREAM, 0) != -1 || errno != EPERM) return 6;
              if (::system("true") == 0) return 7;
              bool ran = false;
              std::thread([&] { ran = ::fork() == -1; }).join();  // threads may be started, and are held as well
              return ran ? 0 : 8;
            }),
            0);
}

TEST(Confine, ThreadsThatRunAlreadyAreHeld) {
  if (!canLockDown()) GTEST_SKIP() << "no filter on this system";
  EXPECT_EQ(fate([] {
              int go[2];
              if (::pipe(go) != 0) return 1;
              int found = 0;
              std::thread early([&] {
                char byte = 0;
                if (::read(go[0], &byte, 1) == 1) found = ::socket(AF_INET, SOCK_STREAM, 0);
              });
              const bool locked = lockDown().ok();
              if (::write(go[1], "x", 1) != 1) return 2;
              early.join();
              return locked && found == -1 ? 0 : 3;
            }),
            0);
}

TEST(Confine, MemoryHasACeilingAndReachingItIsSaid) {
#if FLEETD_ADDRESS_SANITIZER || FLEETD_THREAD_SANITIZER
  GTEST_SKIP() << "sanitizers use address space as they like";
#else
  constexpr std::uint64_t kMost = 512u << 20;
  const auto start = [] {
    if (!limitSelf({kMost, 0}).ok()) return false;
    reportMemoryCeiling(kMost);
    return true;
  };
  EXPECT_EQ(fate([&] {
              if (!start()) return 1;
              std::vector<char*> all;
              for (;;) all.push_back(new char[1 << 20]);
            }),
            kMemoryExit);
  // Who does not look at what malloc() answers.
  EXPECT_EQ(fate([&] {
              if (!start()) return 1;
              for (;;) static_cast<volatile char*>(std::malloc(1 << 20))[0] = 1;
            }),
            kMemoryExit);
  // Other crashes stay what they are.
  EXPECT_EQ(fate([&] {
              if (!start()) return 1;
              std::abort();
            }),
            1000 + SIGABRT);
  EXPECT_EQ(fate([&] {
              rlimit core{};
              return start() && ::getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0 ? 0 : 1;
            }),
            0);
#endif
}

}  // namespace
}  // namespace fleetd::process
