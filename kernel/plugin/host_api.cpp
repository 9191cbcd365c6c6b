// The host side of the C ABI. Nothing here may throw into a plugin.
#include "kernel/plugin/host_api.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "kernel/base/clock.hpp"
#include "kernel/base/text.hpp"
#include "kernel/base/version.hpp"
#include "kernel/plugin/failure.hpp"
#include "kernel/plugin/host_bus.hpp"

namespace fleetd::plugin {

HostApi::HostApi(std::string plugin, LogSink log, std::function<bool()> cancelled)
    : build_(base::version()),
      c_{FLEET_SIZE(fleet_host_t),
         0,
         FLEET_VERSION_INIT,
         this,
         "fleetd",
         build_.c_str(),
         getExtension,
         requestCallback,
         requestRestart},
      plugin_(std::move(plugin)),
      log_(std::move(log)),
      cancelled_(std::move(cancelled)),
      wake_(base::makePipe()) {
  if (wake_.read) base::setNonBlocking(wake_.read.get());
  if (wake_.write) base::setNonBlocking(wake_.write.get());
}

void HostApi::begin(std::int64_t deadlineNs) {
  deadlineNs_ = deadlineNs;
  const std::lock_guard lock(mutex_);
  inCall_ = true;
  findings_.clear();
  surplus_ = 0;
}

std::vector<Finding> HostApi::end() {
  deadlineNs_ = 0;
  const std::lock_guard lock(mutex_);
  inCall_ = false;
  if (surplus_ > 0)
    findings_.push_back({FLEET_SEVERITY_WARNING,
                         {FLEET_E_LIMIT, {}, {}, fmt::format("{} more findings are not shown", surplus_), {}, 0}});
  return std::exchange(findings_, {});
}

bool HostApi::takeCallback() {
  char drained[64];
  while (read(wake_.read.get(), drained, sizeof drained) > 0) {
  }
  return callback_.exchange(false);
}

bool HostApi::takeRestart(std::string& reason) {
  const std::lock_guard lock(mutex_);
  reason = std::exchange(restartReason_, {});
  return std::exchange(restart_, false);
}

// A full pipe means that the wake-up is on its way already.
void HostApi::wake() {
  const char byte = 0;
  while (write(wake_.write.get(), &byte, 1) < 0 && errno == EINTR) {
  }
}

const void* HostApi::getExtension(const fleet_host_t* host, const char* id) noexcept {
  static constexpr fleet_host_log_t kLog{logLine};
  static constexpr fleet_host_diag_t kDiag{emit};
  static constexpr fleet_host_cancel_t kCancel{isCancelled, deadline};
  static constexpr fleet_host_thread_check_t kThreads{isPluginThread, isWorkerThread};
  if (!id) return nullptr;
  if (std::strcmp(id, FLEET_EXT_LOG) == 0) return &kLog;
  if (std::strcmp(id, FLEET_EXT_DIAG) == 0) return &kDiag;
  if (std::strcmp(id, FLEET_EXT_CANCEL) == 0) return &kCancel;
  if (std::strcmp(id, FLEET_EXT_THREAD_CHECK) == 0) return &kThreads;
  if (std::strcmp(id, FLEET_EXT_BUS) == 0 && self(host).bus_) return HostBus::extension();
  return nullptr;
}

void HostApi::requestCallback(const fleet_host_t* host) noexcept {
  auto& api = self(host);
  if (!api.callback_.exchange(true)) api.wake();
}

void HostApi::requestRestart(const fleet_host_t* host, const char* reason) noexcept {
  auto& api = self(host);
  {
    const std::lock_guard lock(api.mutex_);
    api.restart_ = true;
    api.restartReason_ = reason ? base::sanitize({reason, strnlen(reason, kMaxLogLine)}) : std::string();
  }
  api.wake();
}

void HostApi::logLine(const fleet_host_t* host, std::int32_t level, fleet_str_t text) noexcept {
  const auto& api = self(host);
  if (!api.log_ || !text.data) return;
  std::string line =
      base::sanitize({text.data, static_cast<std::size_t>(std::min<std::uint64_t>(text.size, kMaxLogLine))});
  std::replace(line.begin(), line.end(), '\n', ' ');
  api.log_(api.plugin_, std::clamp<std::int32_t>(level, FLEET_LOG_DEBUG, FLEET_LOG_ERROR), line);
}

void HostApi::emit(const fleet_host_t* host, std::uint32_t severity, const fleet_error_t* finding) noexcept {
  auto& api = self(host);
  if (!FLEET_HAS(finding, fleet_error_t, hint)) return;
  Finding copy{std::min<std::uint32_t>(severity, FLEET_SEVERITY_ERROR), readError(*finding)};
  {
    const std::lock_guard lock(api.mutex_);
    if (api.inCall_) {
      if (api.findings_.size() < kMaxFindings)
        api.findings_.push_back(std::move(copy));
      else
        ++api.surplus_;
      return;
    }
  }
  if (api.log_) api.log_(api.plugin_, FLEET_LOG_WARNING, copy.error.message);
}

std::uint8_t HostApi::isCancelled(const fleet_host_t* host) noexcept {
  auto& api = self(host);
  if (std::this_thread::get_id() != api.thread_) return 0;
  if (api.bus_) api.bus_->flush();  // what other threads published meanwhile
  if (api.deadlineNs_ != 0 && base::monotonicNanos() >= api.deadlineNs_) return 1;
  return api.cancelled_ && api.cancelled_() ? 1 : 0;
}

std::int64_t HostApi::deadline(const fleet_host_t* host) noexcept { return self(host).deadlineNs_; }

std::uint8_t HostApi::isPluginThread(const fleet_host_t* host) noexcept {
  return std::this_thread::get_id() == self(host).thread_ ? 1 : 0;
}

std::uint8_t HostApi::isWorkerThread(const fleet_host_t*) noexcept {
  return 0;
}  // there is no pool: every call is the plugin thread's

}  // namespace fleetd::plugin
