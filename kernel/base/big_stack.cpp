// Threads with big stacks on POSIX threads; std::thread offers no stack size.
#include "kernel/base/big_stack.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include <fmt/core.h>

namespace fleetd::base {

namespace {

constexpr std::size_t kSmallest = std::size_t{8} << 20;
constexpr std::size_t kReserve = std::size_t{64} << 10;

void* runBody(void* raw) {
  const std::unique_ptr<std::function<void()>> body(static_cast<std::function<void()>*>(raw));
  (*body)();
  return nullptr;
}

int create(pthread_t& thread, std::size_t stackBytes, std::function<void()>* body) {
  pthread_attr_t attributes;
  if (const int code = ::pthread_attr_init(&attributes)) return code;
  int code = ::pthread_attr_setstacksize(&attributes, stackBytes);
  if (code == 0) code = ::pthread_create(&thread, &attributes, runBody, body);
  ::pthread_attr_destroy(&attributes);
  return code;
}

// The lowest stack address of this thread, or 0 when the system does not tell.
std::uintptr_t lowestAddress() {
#ifdef __APPLE__
  const pthread_t self = ::pthread_self();
  return reinterpret_cast<std::uintptr_t>(::pthread_get_stackaddr_np(self)) - ::pthread_get_stacksize_np(self);
#else
  pthread_attr_t attributes;
  if (::pthread_getattr_np(::pthread_self(), &attributes) != 0) return 0;
  void* lowest = nullptr;
  std::size_t size = 0;
  const int code = ::pthread_attr_getstack(&attributes, &lowest, &size);
  ::pthread_attr_destroy(&attributes);
  return code == 0 ? reinterpret_cast<std::uintptr_t>(lowest) : 0;
#endif
}

std::uintptr_t computeLimit() {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const std::uintptr_t lowest = lowestAddress();
  // Without an answer, or with an "unlimited" main stack, count on what every system grants.
  if (lowest == 0 || here - lowest > (std::size_t{1} << 34)) return here - kSmallest / 2;
  return lowest + kReserve;
}

}  // namespace

std::uintptr_t stackLimit() {
  thread_local const std::uintptr_t limit = computeLimit();
  return limit;
}

Result<StackThread> StackThread::start(std::size_t stackBytes, std::function<void()> body) {
  auto owned = std::make_unique<std::function<void()>>(std::move(body));
  std::size_t size = std::max(stackBytes, kSmallest);
  for (;;) {
    StackThread out;
    const int code = create(out.thread_, size, owned.get());
    if (code == 0) {
      static_cast<void>(owned.release());  // runBody deletes it
      out.running_ = true;
      return out;
    }
    if (size == kSmallest)
      return Error{Code::FL0004, fmt::format("cannot start a thread: {}", std::strerror(code)), "", {}};
    size = std::max(size / 2, kSmallest);
  }
}

void StackThread::join() {
  if (!running_) return;
  ::pthread_join(thread_, nullptr);
  running_ = false;
}

Result<void> runOnBigStack(const std::function<void()>& body, std::size_t stackBytes) {
  FLEETD_TRY_ASSIGN(StackThread thread, StackThread::start(stackBytes, [&body] { body(); }));
  thread.join();
  return {};
}

}  // namespace fleetd::base
