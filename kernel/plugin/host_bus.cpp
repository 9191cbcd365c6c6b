// What a plugin sends and gets, inside of its host. The kernel checks all of it again (exchange.cpp).
#include "kernel/plugin/host_bus.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "kernel/base/clock.hpp"
#include "kernel/base/text.hpp"
#include "kernel/bus/limits.hpp"
#include "kernel/plugin/messages.hpp"
#include "kernel/plugin/topics.hpp"

namespace fleetd::plugin {

namespace {

constexpr std::uint32_t kPublishMs = 10'000;
constexpr std::size_t kMaxRequestBody = bus::kMaxBodyBytes - 64 * 1024;  // room for what goes around it

std::optional<std::string> text(const char* from, std::size_t most) {
  if (!from) return std::nullopt;
  const std::size_t size = strnlen(from, most + 1);
  if (size > most) return std::nullopt;
  return std::string(from, size);
}

bool isBytes(fleet_bytes_t bytes, std::size_t most) { return bytes.size <= most && (bytes.data || bytes.size == 0); }

std::string copy(fleet_bytes_t bytes) {
  if (bytes.size == 0) return {};
  return {static_cast<const char*>(bytes.data), static_cast<std::size_t>(bytes.size)};
}

}  // namespace

HostBus* HostBus::of(const fleet_host_t* host) { return static_cast<HostApi*>(host->impl)->bus(); }

const fleet_host_bus_t* HostBus::extension() {
  static constexpr fleet_host_bus_t kBus{cPublish, cRequest, cCancel};
  return &kBus;
}

fleet_status_t HostBus::cPublish(const fleet_host_t* host, const char* topic, fleet_bytes_t body) noexcept {
  return of(host)->publish(topic, body);
}
fleet_status_t HostBus::cRequest(const fleet_host_t* host, const char* target, const char* topic, fleet_bytes_t body,
                                 std::uint32_t timeoutMs, fleet_reply_fn reply, void* user,
                                 std::uint64_t* correlation) noexcept {
  return of(host)->request(target, topic, body, timeoutMs, reply, user, correlation);
}
fleet_status_t HostBus::cCancel(const fleet_host_t* host, std::uint64_t correlation) noexcept {
  auto& bus = *of(host);
  if (!bus.api_.onPluginThread()) return FLEET_E_STATE;
  if (!bus.asked_.contains(correlation)) return FLEET_E_INVALID_ARGUMENT;
  bus.finish(correlation, FLEET_E_CANCELLED, {});
  return FLEET_OK;
}

void HostBus::allow(std::vector<std::string> topicsOut) {
  const std::lock_guard lock(mutex_);
  topicsOut_ = std::move(topicsOut);
}

void HostBus::setActive(bool active) {
  {
    const std::lock_guard lock(mutex_);
    active_ = active;
    if (!active) waiting_ -= queue_.size();
    if (!active) queue_.clear();
  }
  if (active) return;
  while (!asked_.empty()) finish(asked_.begin()->first, FLEET_E_CANCELLED, {});
}

fleet_status_t HostBus::publish(const char* topic, fleet_bytes_t body) {
  const auto name = text(topic, FLEET_MAX_TOPIC);
  if (!name || !isTopic(*name) || (body.size > 0 && !body.data)) return FLEET_E_INVALID_ARGUMENT;
  if (body.size > kMaxEvent) return FLEET_E_LIMIT;
  const bool ours = api_.onPluginThread();
  if (ours) settleWhatCame_();  // a long call comes back here, and not to where the host waits
  bool denied = false;
  {
    const std::lock_guard lock(mutex_);
    if (!active_) return FLEET_E_STATE;
    if (const auto second = base::monotonicNanos() / 1'000'000'000; second != second_) {
      second_ = second;
      sent_ = 0;
    }
    if (waiting_ >= kMaxWaiting || sent_ >= kMaxPerSecond) return FLEET_E_LIMIT;
    ++sent_;
    denied = !coversTopic(topicsOut_, *name);
    ++waiting_;
    // What is denied travels without its body: the kernel names the plugin to whoever runs it.
    queue_.push_back(packDocuments({*name, denied ? std::string() : copy(body)}));
  }
  if (ours)
    flush();
  else
    api_.wake();
  return denied ? FLEET_E_DENIED : FLEET_OK;
}

void HostBus::flush() {
  while (true) {
    std::string body;
    {
      const std::lock_guard lock(mutex_);
      if (queue_.empty()) return;
      body = std::move(queue_.front());
      queue_.pop_front();
    }
    numbers_[send_(topic::kPublish, std::move(body), kPublishMs)] = 0;
  }
}

fleet_status_t HostBus::request(const char* target, const char* topic, fleet_bytes_t body, std::uint32_t timeoutMs,
                                fleet_reply_fn reply, void* user, std::uint64_t* correlation) {
  const auto whom = text(target, FLEET_MAX_ID);
  const auto name = text(topic, FLEET_MAX_TOPIC);
  if (!whom || !name || !isTopic(*name) || !reply || (body.size > 0 && !body.data) || timeoutMs == 0 ||
      timeoutMs > bus::kMaxTimeoutMs)
    return FLEET_E_INVALID_ARGUMENT;
  if (!api_.onPluginThread()) return FLEET_E_STATE;
  if (!isBytes(body, kMaxRequestBody) || asked_.size() >= kMaxRequests) return FLEET_E_LIMIT;
  bool denied = false;
  {
    const std::lock_guard lock(mutex_);
    if (!active_) return FLEET_E_STATE;
    denied = !coversTopic(topicsOut_, *name);
    // What is denied is told to the kernel like an event, and as often at most.
    if (denied && waiting_ >= kMaxWaiting) return FLEET_E_DENIED;
    if (denied) ++waiting_;
  }
  const std::uint64_t number = ++number_;
  auto message = packDocuments(
      {fmt::format("{}", number), *whom, *name, fmt::format("{}", timeoutMs), denied ? std::string() : copy(body)});
  const auto sent = send_(topic::kAsk, std::move(message), timeoutMs);
  numbers_[sent] = denied ? 0 : number;
  if (denied) return FLEET_E_DENIED;
  asked_[number] = {reply, user, *name, *whom, base::monotonicNanos() + std::int64_t{timeoutMs} * 1'000'000};
  if (correlation) *correlation = number;
  return FLEET_OK;
}

bool HostBus::settle(std::uint64_t correlation, const sdk::Error* refusal) {
  const auto sent = numbers_.find(correlation);
  if (sent == numbers_.end()) return false;
  const std::uint64_t number = sent->second;
  numbers_.erase(sent);
  if (number == 0) {
    const std::lock_guard lock(mutex_);
    if (waiting_ > 0) --waiting_;
  } else if (refusal) {
    finish(number, refusal->status, {});
  }
  return true;
}

void HostBus::deliver(std::string_view number, bool ok, std::string_view body) {
  const auto parsed = base::parseInt(number);
  if (!parsed || *parsed <= 0) return;
  fleet_status_t status = FLEET_OK;
  if (!ok) {
    const auto code = base::parseInt(body);
    status = code && *code < 0 && *code > -1000 ? static_cast<fleet_status_t>(*code) : FLEET_E_UNKNOWN;
  }
  finish(static_cast<std::uint64_t>(*parsed), status, body);
}

void HostBus::finish(std::uint64_t number, fleet_status_t status, std::string_view body) {
  const auto at = asked_.find(number);
  if (at == asked_.end()) return;  // given up meanwhile
  const Asked asked = std::move(at->second);
  asked_.erase(at);
  if (status != FLEET_OK) return asked.reply(asked.user, status, nullptr);
  const fleet_message_t message{
      FLEET_SIZE(fleet_message_t), FLEET_MSG_REPLY,           number, 0, 0, asked.topic.c_str(),
      asked.target.c_str(),        {body.data(), body.size()}};
  asked.reply(asked.user, FLEET_OK, &message);
}

void HostBus::expire() {
  const auto now = base::monotonicNanos();
  for (auto at = asked_.begin(); at != asked_.end();) {
    const std::uint64_t number = at->first;
    const bool late = at->second.deadlineNs <= now;
    ++at;
    if (!late) continue;
    finish(number, FLEET_E_DEADLINE, {});
    at = asked_.upper_bound(number);  // the callback may have asked and cancelled
  }
}

int HostBus::millisUntilNext() const {
  if (asked_.empty()) return -1;
  std::int64_t next = asked_.begin()->second.deadlineNs;
  for (const auto& [number, asked] : asked_) next = std::min(next, asked.deadlineNs);
  const std::int64_t left = (next - base::monotonicNanos()) / 1'000'000 + 1;
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, bus::kMaxTimeoutMs));
}

}  // namespace fleetd::plugin
