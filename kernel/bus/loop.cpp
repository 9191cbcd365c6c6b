// The event loop over Boost.Asio.
#include "kernel/bus/loop_impl.hpp"

#include <chrono>

#include <boost/asio/post.hpp>

#include "kernel/base/clock.hpp"

namespace fleetd::bus {

namespace {

// One timer of the system for all of ours: it waits for the earliest. Setting a new expiry cancels the wait
// before it.
void arm(Loop::Impl& impl) {
  const auto next = impl.timers.next();
  if (!next) {
    impl.timer.cancel();
    return;
  }
  impl.timer.expires_at(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(*next)));
  impl.timer.async_wait([&impl](const boost::system::error_code& error) {
    if (error) return;
    impl.timers.runDue(base::monotonicNanos());
    arm(impl);
  });
}

}  // namespace

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() = default;

void Loop::run() { impl_->io.run(); }

void Loop::stop() { impl_->io.stop(); }

void Loop::post(std::function<void()> action) { boost::asio::post(impl_->io, std::move(action)); }

Loop::TimerId Loop::after(std::int64_t nanoseconds, std::function<void()> action) {
  const auto before = impl_->timers.next();
  const auto id = impl_->timers.add(base::monotonicNanos() + nanoseconds, std::move(action));
  if (impl_->timers.next() != before) arm(*impl_);
  return id;
}

// The wait is left as it is: waking up once for nothing is cheaper than setting the timer anew for each
// answered request.
bool Loop::cancel(TimerId timer) { return impl_->timers.cancel(timer); }

}  // namespace fleetd::bus
