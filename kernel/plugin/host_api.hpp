// HostApi: the kernel as one plugin instance sees it: fleet_host_t with the extensions log, diag, cancel and
// thread-check.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "kernel/base/fd.hpp"
#include "kernel/plugin/sdk.hpp"

namespace fleetd::plugin {

class HostBus;

struct Finding {
  std::uint32_t severity = FLEET_SEVERITY_ERROR;
  sdk::Error error;
};

// Lines a plugin logs. Called from any thread; `level` is FLEET_LOG_*; the text is one harmless line.
using LogSink = std::function<void(const std::string& plugin, int level, const std::string& text)>;

// Made on the plugin thread; must outlive the instance. Its address must not change.
class HostApi {
 public:
  static constexpr std::size_t kMaxFindings = 10'000;
  static constexpr std::size_t kMaxLogLine = 4096;

  // `cancelled` is asked on the plugin thread whether the running call was given up.
  HostApi(std::string plugin, LogSink log, std::function<bool()> cancelled);
  HostApi(const HostApi&) = delete;
  HostApi& operator=(const HostApi&) = delete;

  const fleet_host_t* c() const { return &c_; }
  // Offers fleet.bus/1, before the instance is initialised; `bus` must outlive it.
  void setBus(HostBus* bus) { bus_ = bus; }
  HostBus* bus() const { return bus_; }
  // Makes wakeFd() readable. [thread-safe]
  void wake();
  bool onPluginThread() const { return std::this_thread::get_id() == thread_; }

  // Around one call of the plugin. `deadlineNs` is monotonic, 0 = none. [plugin-thread]
  void begin(std::int64_t deadlineNs);
  // What the call reported; findings above the limit end in one that counts them.
  std::vector<Finding> end();

  // Readable when the plugin asked for something; take…() says what and clears it. [plugin-thread]
  int wakeFd() const { return wake_.read.get(); }
  bool takeCallback();
  bool takeRestart(std::string& reason);

 private:
  static HostApi& self(const fleet_host_t* host) { return *static_cast<HostApi*>(host->impl); }
  static const void* getExtension(const fleet_host_t*, const char* id) noexcept;
  static void requestCallback(const fleet_host_t*) noexcept;
  static void requestRestart(const fleet_host_t*, const char* reason) noexcept;
  static void logLine(const fleet_host_t*, std::int32_t level, fleet_str_t text) noexcept;
  static void emit(const fleet_host_t*, std::uint32_t severity, const fleet_error_t* finding) noexcept;
  static std::uint8_t isCancelled(const fleet_host_t*) noexcept;
  static std::int64_t deadline(const fleet_host_t*) noexcept;
  static std::uint8_t isPluginThread(const fleet_host_t*) noexcept;
  static std::uint8_t isWorkerThread(const fleet_host_t*) noexcept;

  std::string build_;
  fleet_host_t c_;
  std::string plugin_;
  LogSink log_;
  std::function<bool()> cancelled_;
  HostBus* bus_ = nullptr;
  std::thread::id thread_ = std::this_thread::get_id();
  base::Pipe wake_;
  std::atomic<bool> callback_{false};
  std::int64_t deadlineNs_ = 0;  // the plugin thread's

  std::mutex mutex_;  // guards all below
  bool inCall_ = false;
  std::vector<Finding> findings_;
  std::size_t surplus_ = 0;
  bool restart_ = false;
  std::string restartReason_;
};

}  // namespace fleetd::plugin
