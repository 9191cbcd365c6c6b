// Workers take what is ready; the calling thread stores what they have made and finds what becomes ready.
#include "plugins/vars/schedule.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

namespace fleetd::vars {

namespace {

constexpr std::size_t kMostWaiting = 256;  // results that wait to be stored; locked memory is scarce

class Workers {
 public:
  explicit Workers(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      try {
        threads_.emplace_back([this] { work(); });
      } catch (const std::system_error&) {
        break;  // fewer will do; with none of them take() works itself
      }
    }
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() {
    {
      const std::scoped_lock guard(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  void give(std::string place, Work work) {
    {
      const std::scoped_lock guard(mutex_);
      ready_.emplace_back(std::move(place), std::move(work));
    }
    changed_.notify_all();
  }

  // All that has finished, at least one. Only when there is something given that was not taken yet.
  std::vector<Finished> take() {
    std::unique_lock lock(mutex_);
    if (threads_.empty()) {
      auto job = std::move(ready_.front());
      ready_.pop_front();
      finished_.push_back({std::move(job.first), run(job.second)});
    }
    changed_.wait(lock, [this] { return !finished_.empty(); });
    auto out = std::exchange(finished_, {});
    lock.unlock();
    changed_.notify_all();
    return out;
  }

 private:
  static fleet::Result<Outputs> run(const Work& work) {
    try {
      return work();
    } catch (const std::exception& e) {
      return age::error("VARS02", std::string("there is not enough memory: ") + e.what());
    }
  }

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return ended_ || (!ready_.empty() && finished_.size() < kMostWaiting); });
      if (ended_) return;
      auto job = std::move(ready_.front());
      ready_.pop_front();
      lock.unlock();
      auto made = run(job.second);
      job.second = nullptr;  // and its inputs are wiped
      lock.lock();
      finished_.push_back({std::move(job.first), std::move(made)});
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<std::string, Work>> ready_;
  std::vector<Finished> finished_;
  std::vector<std::thread> threads_;
  bool ended_ = false;
};

}  // namespace

void Schedule::run(const Plan& plan, std::size_t threads) {
  std::map<std::string, std::size_t> rank, open;
  std::map<std::string, std::vector<std::string>> dependents;
  for (const auto& place : plan.order) {
    rank.emplace(place, rank.size());
    const auto needs = plan.needs.find(place);
    const std::set<std::string> once = needs == plan.needs.end()
                                           ? std::set<std::string>{}
                                           : std::set<std::string>(needs->second.begin(), needs->second.end());
    open[place] = once.size();
    for (const auto& need : once) dependents[need].push_back(place);
  }
  Workers workers(std::min(threads, plan.order.size()));
  std::size_t given = 0;
  std::set<std::string> failed;
  // Places whose outcome is known, and what follows from it for those that depend on them.
  std::deque<std::string> settled;
  const auto start = [&](const std::string& place) {
    auto work = prepare(place);
    if (work) {
      workers.give(place, *std::move(work));
      ++given;
      return;
    }
    std::vector<Finished> one;
    one.push_back({place, std::move(work).error()});
    static_cast<void>(store(std::move(one)));
    failed.insert(place);
    settled.push_back(place);
  };
  const auto follow = [&] {
    while (!settled.empty()) {
      const std::string place = std::move(settled.front());
      settled.pop_front();
      for (const auto& dependent : dependents[place]) {
        if (failed.contains(place) && failed.insert(dependent).second) {
          skip(dependent);
          settled.push_back(dependent);
        }
        if (--open[dependent] == 0 && !failed.contains(dependent)) start(dependent);
      }
    }
  };
  for (const auto& place : plan.order)
    if (open[place] == 0 && !failed.contains(place)) start(place);
  follow();
  while (given > 0) {
    auto finished = workers.take();
    given -= finished.size();
    std::sort(finished.begin(), finished.end(),
              [&](const Finished& a, const Finished& b) { return rank[a.place] < rank[b.place]; });
    for (const auto& one : finished) settled.push_back(one.place);
    for (auto& place : store(std::move(finished))) failed.insert(std::move(place));
    follow();
  }
}

}  // namespace fleetd::vars
