// TimerQueue: actions waiting for their time. A plain data structure: time is passed in, nothing sleeps here.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace fleetd::bus {

// Thread: belongs to one thread. Times are nanoseconds of one monotonic clock. Equal times run in the order
// of adding.
class TimerQueue {
 public:
  using Id = std::uint64_t;

  Id add(std::int64_t at, std::function<void()> action) {
    const Id id = ++last_;
    times_.emplace(id, at);
    actions_.emplace(std::pair(at, id), std::move(action));
    return id;
  }
  // False when it has run or was cancelled.
  bool cancel(Id id) {
    const auto time = times_.find(id);
    if (time == times_.end()) return false;
    actions_.erase({time->second, id});
    times_.erase(time);
    return true;
  }
  std::optional<std::int64_t> next() const {
    return actions_.empty() ? std::nullopt : std::optional(actions_.begin()->first.first);
  }
  // Runs what is due. Actions may add and cancel; what they add runs in a later call even if it is due
  // already.
  void runDue(std::int64_t now) {
    const Id newest = last_;
    while (!actions_.empty() && actions_.begin()->first.first <= now && actions_.begin()->first.second <= newest) {
      auto node = actions_.extract(actions_.begin());
      times_.erase(node.key().second);
      node.mapped()();
    }
  }
  std::size_t size() const { return actions_.size(); }

 private:
  std::map<std::pair<std::int64_t, Id>, std::function<void()>> actions_;
  std::map<Id, std::int64_t> times_;
  Id last_ = 0;
};

}  // namespace fleetd::bus
