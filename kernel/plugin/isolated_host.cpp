// Starting, feeding and watching the process of one plugin.
#include "kernel/plugin/isolated_host.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "kernel/base/clock.hpp"
#include "kernel/base/text.hpp"
#include "kernel/process/quiet_pipe.hpp"

namespace fleetd::plugin {

namespace {

constexpr int kAskMs = 20;         // where the system has no descriptor for the end of a child
constexpr int kPiecesAtOnce = 16;  // of one stream, before the others get their turn
constexpr std::int64_t kCutNanos = 250'000'000;

// Reads what is there; closes the descriptor at the end of the stream.
void drain(base::UniqueFd& fd, const std::function<void(std::string_view)>& take) {
  std::array<char, 16384> buffer;
  for (int pieces = 0; fd && pieces < kPiecesAtOnce; ++pieces) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return fd.reset();
    take({buffer.data(), static_cast<std::size_t>(got)});
  }
}

}  // namespace

IsolatedHost::IsolatedHost(bus::BusThread& bus, IsolatedConfig config, std::vector<std::string> command, bool sandboxed)
    : bus_(bus), config_(std::move(config)), wake_(base::makePipe()) {
  death_.sandboxed = sandboxed;
  death_.memory = config_.ceilings.memory;
  leash_->host = this;
  bus_.onFault(config_.host.routingId, [leash = leash_](const Error& why) {
    const std::lock_guard lock(leash->mutex);
    if (!leash->host) return;
    if (why.code == Code::FL0336)
      leash->host->cut(why);
    else
      leash->host->end(Cause::conduct, why);
  });
  // The thread starts the process, because a process may be bound to the thread that started it.
  thread_ = std::thread([this, command = std::move(command)] { watch(command); });
}

IsolatedHost::~IsolatedHost() {
  {
    const std::lock_guard lock(leash_->mutex);
    leash_->host = nullptr;
  }
  end(Cause::kernel);
  thread_.join();
}

bool IsolatedHost::finished(std::uint32_t timeoutMs) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::milliseconds(timeoutMs), [this] { return dead_; });
}

bool IsolatedHost::abandon() {
  end(Cause::deadline);
  return false;
}

void IsolatedHost::greeted() {
  const std::lock_guard lock(mutex_);
  death_.greeted = true;
}

void IsolatedHost::end(Cause cause, Error said) {
  const std::lock_guard lock(mutex_);
  if (killed_) return;
  // One that left when it was told of its fault has the fault all the same.
  if (dead_ && cause != Cause::conduct) return;
  killed_ = true;
  death_.cause = cause;
  death_.said = std::move(said);
  if (!dead_) wake();
}

void IsolatedHost::cut(const Error& why) {
  const std::lock_guard lock(mutex_);
  if (killed_ || dead_) return;
  cut_ = why;
  wake();
}

void IsolatedHost::wake() const {
  const char byte = 0;
  while (::write(wake_.write.get(), &byte, 1) < 0 && errno == EINTR) {
  }
}

Death IsolatedHost::death() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return dead_; });
  return death_;
}

void IsolatedHost::watch(const std::vector<std::string>& command) {
  auto child = process::startChild(command, {"LC_ALL=C.UTF-8"});
  if (!child) return died({}, child.error().message);
  base::setNonBlocking(child->input.get());
  follow(*child);
  process::ExitStatus status;
  status.code = child->exit.code();
  status.signal = child->exit.endSignal();
  died(status, {});
}

void IsolatedHost::follow(process::Child& child) {
  const std::string told = encodeConfig(config_);
  std::string_view rest = told;
  bool asked = false;          // to kill it
  std::int64_t leftUntil = 0;  // when one that cut its connection is ended
  const auto readAll = [&] {
    drain(child.output, [this](std::string_view piece) { readLog(piece); });
    drain(child.errors, [this](std::string_view piece) { output_.add(piece); });
  };
  while (!child.exit.ended()) {
    std::array<pollfd, 5> items{};
    nfds_t count = 0;
    const auto add = [&](int fd, short events) {
      if (fd >= 0) items[count++] = {fd, events, 0};
    };
    if (!asked) add(wake_.read.get(), POLLIN);
    if (!rest.empty()) add(child.input.get(), POLLOUT);
    add(child.output.get(), POLLIN);
    add(child.errors.get(), POLLIN);
    add(child.exit.pollFd(), POLLIN);
    ::poll(items.data(), count, child.exit.pollFd() < 0 || leftUntil != 0 ? kAskMs : -1);
    if (!asked && (items[0].revents & POLLIN) != 0) {
      char byte = 0;
      static_cast<void>(::read(wake_.read.get(), &byte, 1) < 0);
      const std::lock_guard lock(mutex_);
      asked = killed_;
      if (!asked) leftUntil = base::monotonicNanos() + kCutNanos;
    }
    if (!asked && leftUntil != 0 && base::monotonicNanos() >= leftUntil) {
      const std::lock_guard lock(mutex_);
      asked = killed_ = true;
      death_.cause = Cause::conduct;
      death_.said = cut_;
    }
    if (asked) {
      child.exit.signal(SIGKILL, true);
      child.exit.signal(SIGKILL);
    }
    if (!rest.empty()) {
      const ssize_t wrote = process::writeQuietly(child.input.get(), rest);
      if (wrote > 0) rest.remove_prefix(static_cast<std::size_t>(wrote));
      if (wrote < 0 && errno != EAGAIN && errno != EINTR) rest = {};
      if (rest.empty()) child.input.reset();
    }
    readAll();
  }
  child.exit.signal(SIGKILL, true);  // what is left of its group, when there was no sandbox
  readAll();
  if (unlogged_ > 0 && config_.host.log)
    config_.host.log(config_.host.id, FLEET_LOG_WARNING, fmt::format("{} more lines are not shown", unlogged_));
}

// A digit and a text a line. What is not that, or too much of it, is nobody's to read.
void IsolatedHost::readLog(std::string_view piece) {
  constexpr std::size_t kMost = 4 * HostApi::kMaxLogLine;
  if (!config_.host.log) return;
  logLine_ += piece;
  std::size_t from = 0;
  for (std::size_t end = 0; (end = logLine_.find('\n', from)) != std::string::npos; from = end + 1) {
    const std::string_view line(logLine_.data() + from, end - from);
    if (line.empty() || line.front() < '0' || line.front() > '0' + FLEET_LOG_ERROR) continue;
    if (logLines_.take(base::monotonicNanos()))
      config_.host.log(config_.host.id, line.front() - '0', base::sanitize(line.substr(1)));
    else
      ++unlogged_;
  }
  logLine_.erase(0, from);
  if (logLine_.size() > kMost) logLine_.clear();
}

void IsolatedHost::died(process::ExitStatus status, std::string cannotStart) {
  Error why;
  {
    const std::lock_guard lock(mutex_);
    death_.status = status;
    death_.cannotStart = std::move(cannotStart);
    death_.output = output_.lines();
    dead_ = true;
    why = describeDeath(config_.host.id, death_, {});
    changed_.notify_all();
  }
  bus_.lost(config_.host.routingId, std::move(why));
}

}  // namespace fleetd::plugin
