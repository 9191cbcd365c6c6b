// Crashes are told of with the name of whoever ran, and the names of a run before are read. That the program starts
// anew is tested with the program itself (tests/e2e/cases/service_faults.py).
#include "kernel/process/crash.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>

namespace fleetd::process {
namespace {

// A child without handlers of its own, as the program is at its start; sanitizers would say more than it does.
[[noreturn]] void crash(bool suspected, int number) {
  rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  for (const int one : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) ::signal(one, SIG_DFL);
  catchCrashes(nullptr);
  std::array<char*, 2> argv{const_cast<char*>("crash_test"), nullptr};
  catchCrashes(argv.data());
  if (suspected) {
    const Suspect suspect("org.example.x");
    ::raise(number);
  }
  ::raise(number);
  ::_exit(3);
}

TEST(Crash, TheSuspectIsNamedAndTheSignalIsTheSame) {
  EXPECT_EXIT(crash(true, SIGSEGV), testing::KilledBySignal(SIGSEGV), "plugin `org.example.x` crashed.*: SIGSEGV");
  EXPECT_EXIT(crash(true, SIGABRT), testing::KilledBySignal(SIGABRT), "plugin `org.example.x` crashed.*: SIGABRT");
  EXPECT_EXIT(crash(true, SIGFPE), testing::KilledBySignal(SIGFPE), "SIGFPE");
}

TEST(Crash, NobodyIsBlamedForWhatIsOurs) {
  EXPECT_EXIT(crash(false, SIGSEGV), testing::KilledBySignal(SIGSEGV), "^$");
  EXPECT_EXIT(crash(false, SIGILL), testing::KilledBySignal(SIGILL), "^$");
}

TEST(Crash, ASuspectLeavesNothingBehind) {
  const auto after = [] {
    for (const int one : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) ::signal(one, SIG_DFL);
    std::array<char*, 2> argv{const_cast<char*>("crash_test"), nullptr};
    catchCrashes(argv.data());
    stack_t before{}, now{};
    ::sigaltstack(nullptr, &before);
    {
      const Suspect outer("a");
      const Suspect inner("b");
    }
    ::sigaltstack(nullptr, &now);
    if (before.ss_sp != now.ss_sp || before.ss_flags != now.ss_flags) ::_exit(4);
    ::raise(SIGABRT);
    ::_exit(3);
  };
  EXPECT_EXIT(after(), testing::KilledBySignal(SIGABRT), "^$");
}

TEST(Crash, WhoCrashedBefore) {
  const auto read = [](const char* text) {
    ::setenv("FLEETD_CRASHED", text, 1);
    catchCrashes(nullptr);
    if (std::getenv("FLEETD_CRASHED")) ::_exit(1);  // children have nothing to do with it
    std::string out;
    for (const Crash& one : crashes()) out += one.name + "/" + std::to_string(one.signal) + " ";
    static_cast<void>(!::write(STDERR_FILENO, out.data(), out.size()));
    ::_exit(0);
  };
  EXPECT_EXIT(read("packages=11:users=6"), testing::ExitedWithCode(0), "^packages/11 users/6 $");
  EXPECT_EXIT(read(""), testing::ExitedWithCode(0), "^$");
  EXPECT_EXIT(read("::=:=5:x:y=:z=99999999999"), testing::ExitedWithCode(0), "^y/0 z/0 $");
}

}  // namespace
}  // namespace fleetd::process
