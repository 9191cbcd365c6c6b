// Limits and the filter of system calls.
#include "kernel/process/confine.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <new>

#include <fmt/format.h>

#include "kernel/base/sanitizer.hpp"

#ifdef __linux__
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#if FLEETD_ADDRESS_SANITIZER || FLEETD_THREAD_SANITIZER
#define FLEETD_SHADOW_MEMORY 1  // sanitizers reserve terabytes of address space
#endif

namespace fleetd::process {

namespace {

Error refused(const char* what) { return {Code::FL0007, fmt::format("{}: {}", what, std::strerror(errno)), "", {}}; }

bool limit(int what, std::uint64_t most) {
  rlimit now{};
  if (::getrlimit(what, &now) != 0) return false;
  const auto value = static_cast<rlim_t>(most);
  now.rlim_max = now.rlim_max == RLIM_INFINITY ? value : std::min(now.rlim_max, value);
  now.rlim_cur = now.rlim_max;
  return ::setrlimit(what, &now) == 0;
}

std::uint64_t ceiling = 0;
std::array<char, 96> ceilingText{};
std::size_t ceilingSize = 0;

[[noreturn]] void outOfMemory() {
  static_cast<void>(!::write(STDERR_FILENO, ceilingText.data(), ceilingSize));
  ::_exit(kMemoryExit);
}

// Bytes of address space, read without allocating; 0 when the system does not tell.
std::uint64_t addressSpace() {
#ifdef __linux__
  std::array<char, 64> text{};
  const int fd = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const ssize_t size = ::read(fd, text.data(), text.size() - 1);
  ::close(fd);
  std::uint64_t pages = 0;
  for (ssize_t i = 0; i < size && text[static_cast<std::size_t>(i)] >= '0' && text[static_cast<std::size_t>(i)] <= '9';
       ++i)
    pages = pages * 10 + static_cast<std::uint64_t>(text[static_cast<std::size_t>(i)] - '0');
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
#else
  return 0;
#endif
}

// Code that does not look at what malloc() answers crashes when there is no memory.
[[maybe_unused]] void onCrash(int number) {
  constexpr std::uint64_t kNear = 80u << 20;  // room that was asked for in vain, and what allocators keep aside
  if (addressSpace() + kNear >= ceiling) outOfMemory();
  ::signal(number, SIG_DFL);
  ::raise(number);
}

#ifdef __linux__
#if defined(__x86_64__)
#define FLEETD_FILTER_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define FLEETD_FILTER_ARCH AUDIT_ARCH_AARCH64
#endif
#endif

#ifdef FLEETD_FILTER_ARCH

// Calls that fail with EPERM.
constexpr std::array kDenied{
#ifdef SYS_fork
    SYS_fork,
    SYS_vfork,
#endif
    SYS_execve,
    SYS_execveat,
    SYS_socket,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kcmp,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_unshare,
    SYS_setns,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_io_uring_setup,
    SYS_open_by_handle_at,
    SYS_init_module,
    SYS_finit_module,
    SYS_kexec_load,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_pidfd_getfd,
};

constexpr std::uint32_t kDeny = SECCOMP_RET_ERRNO | EPERM;

Result<void> filterCalls() {
  std::array<sock_filter, 16 + 2 * kDenied.size()> code{};
  std::size_t size = 0;
  const auto add = [&](int what, std::uint32_t value, int yes = 0, int no = 0) {
    code[size++] = {static_cast<std::uint16_t>(what), static_cast<std::uint8_t>(yes), static_cast<std::uint8_t>(no),
                    value};
  };
  constexpr int kLoad = BPF_LD | BPF_W | BPF_ABS, kEqual = BPF_JMP | BPF_JEQ | BPF_K, kReturn = BPF_RET | BPF_K;
  add(kLoad, offsetof(seccomp_data, arch));
  add(kEqual, FLEETD_FILTER_ARCH, 1, 0);
  add(kReturn, SECCOMP_RET_KILL_PROCESS);
  add(kLoad, offsetof(seccomp_data, nr));
#ifdef __x86_64__
  add(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1);  // the x32 calls are the same ones with other numbers
  add(kReturn, kDeny);
#endif
  for (const auto call : kDenied) {
    add(kEqual, static_cast<std::uint32_t>(call), 0, 1);
    add(kReturn, kDeny);
  }
  // The C library falls back to clone(), whose flags can be looked at.
  add(kEqual, SYS_clone3, 0, 1);
  add(kReturn, SECCOMP_RET_ERRNO | ENOSYS);
  add(kEqual, SYS_clone, 0, 3);
  add(kLoad, offsetof(seccomp_data, args));  // the lower half: both systems are little-endian
  add(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0);
  add(kReturn, kDeny);
  add(kReturn, SECCOMP_RET_ALLOW);
  const sock_fprog program{static_cast<unsigned short>(size), code.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused("new rights cannot be given up");
  if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) != 0)
    return refused("system calls cannot be given up");
  return {};
}

#endif

}  // namespace

Result<void> limitSelf(const Ceilings& ceilings) {
#ifdef __linux__
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return refused("the process cannot be bound to its parent");
#endif
  constexpr std::uint64_t kDescriptors = 256, kFileBytes = 64u << 20;
  bool done = limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, kDescriptors) && limit(RLIMIT_FSIZE, kFileBytes);
#ifndef FLEETD_SHADOW_MEMORY
  if (ceilings.memory > 0) done = done && limit(RLIMIT_AS, ceilings.memory);
#endif
#ifdef RLIMIT_NPROC
  if (ceilings.processes > 0) done = done && limit(RLIMIT_NPROC, ceilings.processes);
#endif
  if (!done) return refused("limits cannot be set");
  return {};
}

void reportMemoryCeiling([[maybe_unused]] std::uint64_t memory) {
#ifndef FLEETD_SHADOW_MEMORY
  ceiling = memory;
  const auto end = fmt::format_to_n(ceilingText.begin(), ceilingText.size(),
                                    "it reached the {} MiB of memory it may have\n", memory >> 20);
  ceilingSize = std::min(end.size, ceilingText.size());
  std::set_new_handler([] { outOfMemory(); });
  static std::array<char, 1 << 16> stack;  // the usual one may be what overflowed
  const stack_t other{stack.data(), 0, stack.size()};
  static_cast<void>(::sigaltstack(&other, nullptr));
  struct sigaction action {};
  action.sa_handler = onCrash;
  action.sa_flags = SA_ONSTACK;
  ::sigemptyset(&action.sa_mask);
  for (const int number : {SIGSEGV, SIGBUS, SIGABRT}) ::sigaction(number, &action, nullptr);
#endif
}

bool canLockDown() {
#ifdef FLEETD_FILTER_ARCH
  return true;
#else
  return false;
#endif
}

Result<void> lockDown() {
#ifdef FLEETD_FILTER_ARCH
  return filterCalls();
#else
  return {};
#endif
}

}  // namespace fleetd::process
