// HostBus: fleet.bus/1 as one plugin instance sees it: events, requests to others, and their answers.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <fleet/ext/bus.h>

#include "kernel/plugin/host_api.hpp"
#include "kernel/plugin/sdk.hpp"

namespace fleetd::plugin {

// Made on the plugin thread, which is also the thread of everything not marked [thread-safe].
class HostBus {
 public:
  static constexpr std::size_t kMaxWaiting = 64;  // events on their way; the kernel's word for one makes room
  static constexpr std::size_t kMaxPerSecond = 1000;
  static constexpr std::size_t kMaxEvent = 64 * 1024;  // bytes of one
  static constexpr std::size_t kMaxRequests = 64;      // unanswered
  // Sends a request to the kernel and answers its correlation.
  using Send = std::function<std::uint64_t(const char* topic, std::string body, std::uint32_t timeoutMs)>;

  // `settleWhatCame` calls settle() for each reply of the kernel that is there, without waiting.
  HostBus(HostApi& api, Send send, std::function<void()> settleWhatCame)
      : api_(api), send_(std::move(send)), settleWhatCame_(std::move(settleWhatCame)) {}
  HostBus(const HostBus&) = delete;
  HostBus& operator=(const HostBus&) = delete;
  static const fleet_host_bus_t* extension();

  // The topics the manifest lists; before, nothing may be sent.
  void allow(std::vector<std::string> topicsOut);
  // Only while it is active does a plugin send or get anything.
  void setActive(bool active);

  // Sends what other threads published.
  void flush();
  // The kernel's reply to, or its refusal of, something sent. False when it was none of ours.
  bool settle(std::uint64_t correlation, const sdk::Error* refusal);
  // The answer to a request of the plugin: number, "ok" or "error", body.
  void deliver(std::string_view number, bool ok, std::string_view body);
  // Gives up what takes too long.
  void expire();
  int millisUntilNext() const;  // for poll: -1 when nothing is waited for

 private:
  struct Asked {
    fleet_reply_fn reply;
    void* user;
    std::string topic, target;
    std::int64_t deadlineNs;
  };
  static HostBus* of(const fleet_host_t* host);
  static fleet_status_t cPublish(const fleet_host_t*, const char* topic, fleet_bytes_t body) noexcept;
  static fleet_status_t cRequest(const fleet_host_t*, const char* target, const char* topic, fleet_bytes_t body,
                                 std::uint32_t timeoutMs, fleet_reply_fn reply, void* user,
                                 std::uint64_t* correlation) noexcept;
  static fleet_status_t cCancel(const fleet_host_t*, std::uint64_t correlation) noexcept;
  fleet_status_t publish(const char* topic, fleet_bytes_t body);
  fleet_status_t request(const char* target, const char* topic, fleet_bytes_t body, std::uint32_t timeoutMs,
                         fleet_reply_fn reply, void* user, std::uint64_t* correlation);
  // Calls back, at most once for each request.
  void finish(std::uint64_t number, fleet_status_t status, std::string_view body);

  HostApi& api_;
  Send send_;
  std::function<void()> settleWhatCame_;
  std::map<std::uint64_t, Asked> asked_;            // by number
  std::map<std::uint64_t, std::uint64_t> numbers_;  // of the kernel's correlation; 0 stands for an event
  std::uint64_t number_ = 0;

  mutable std::mutex mutex_;  // guards all below
  std::vector<std::string> topicsOut_;
  bool active_ = false;
  std::size_t waiting_ = 0;
  std::int64_t second_ = 0;  // the one `sent_` counts events in
  std::size_t sent_ = 0;
  std::deque<std::string> queue_;  // bodies published by other threads
};

}  // namespace fleetd::plugin
