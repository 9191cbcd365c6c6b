// A race in which places count: one thread for each address that is asked.
#include "kernel/deploy/reachable.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "kernel/base/clock.hpp"
#include "kernel/base/fd.hpp"
#include "kernel/deploy/greeting.hpp"

namespace fleetd::deploy {

namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMost = 32;    // addresses that are tried
constexpr milliseconds kLate{1000};  // a lookup that takes so much longer than the limit is not waited for

enum class State : unsigned char { Idle, Asked, Done, Unknown };  // Unknown: no name that can be looked up here

struct Entry {
  State state = State::Idle;
  Answer answer = Answer::NotAsked;
  std::string why;
  Clock::time_point at;  // of its start, and then of its end
};

// Outlives the race: a thread that looks up a name cannot be ended.
struct Board {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Entry> entries;
};

class Race {
 public:
  Race(const std::vector<Address>& addresses, const AskBySsh& ask, const Pace& pace)
      : addresses_(addresses.begin(),
                   addresses.begin() + static_cast<std::ptrdiff_t>(std::min(addresses.size(), kMost))),
        ask_(ask),
        pace_(pace),
        stop_(base::makePipe()) {
    board_->entries.resize(addresses_.size());
    started_.resize(addresses_.size());
    bySsh_.resize(addresses_.size());
    for (std::size_t i = 0; i < addresses_.size(); ++i) bySsh_[i] = addresses_[i].indirect();
  }
  ~Race() {
    stop_.write.reset();
    for (std::thread& thread : asking_) thread.join();
  }
  Race(const Race&) = delete;
  Race& operator=(const Race&) = delete;

  Reached run() {
    std::unique_lock lock(board_->mutex);
    for (;;) {
      takeUp();
      // Looked at before anybody else is asked.
      if (auto best = settled()) return result(*best);
      begin();
      if (auto best = settled()) return result(*best);
      if (finished()) return result(lastResort());
      board_->changed.wait_until(lock, nextEvent());
    }
  }

 private:
  bool done(std::size_t i) const { return board_->entries[i].state == State::Done; }
  bool allBefore(std::size_t i) const {
    for (std::size_t k = 0; k < i; ++k)
      if (!done(k)) return false;
    return true;
  }
  milliseconds limitOf(std::size_t i) const {
    return addresses_[i].tor ? pace_.limitByTor : bySsh_[i] ? pace_.limitBySsh : pace_.limit;
  }
  // Past this, a better address no longer keeps others waiting.
  Clock::time_point patience(std::size_t i) const { return started_[i] + (bySsh_[i] ? pace_.graceBySsh : pace_.grace); }
  Clock::time_point dueAt(std::size_t i) const { return lastStart_ + (bySsh_[i] ? pace_.staggerBySsh : pace_.stagger); }

  // Names that only ssh knows are asked by ssh; what is late has not answered.
  void takeUp() {
    const auto now = Clock::now();
    for (std::size_t i = 0; i < next_; ++i) {
      Entry& entry = board_->entries[i];
      if (entry.state == State::Unknown) {
        bySsh_[i] = true;
        start(i);
      } else if (entry.state == State::Asked && !bySsh_[i] && now > started_[i] + pace_.limit + kLate) {
        entry = {State::Done, Answer::No, "its name is not looked up in time", now};
      }
    }
  }

  void begin() {
    while (next_ < addresses_.size()) {
      const bool now = next_ == 0 || allBefore(next_) || (!addresses_[next_].tor && Clock::now() >= dueAt(next_));
      if (!now) return;
      start(next_++);
    }
  }

  void start(std::size_t i) {
    lastStart_ = started_[i] = Clock::now();
    Entry& entry = board_->entries[i];
    entry.state = State::Asked;
    entry.at = lastStart_;
    if (bySsh_[i]) {
      if (!ask_) {
        // Nobody can tell: it is what is left when nothing answers.
        entry.state = State::Done;
        return;
      }
      asking_.emplace_back([this, i] {
        const auto answered = ask_(addresses_[i], stop_.read.get());
        report(*board_, i,
               {State::Done, answered ? Answer::Yes : Answer::No, answered ? std::string() : answered.error().message,
                Clock::now()});
      });
      return;
    }
    std::thread([board = board_, i, host = addresses_[i].host, port = addresses_[i].port, limit = pace_.limit,
                 canAsk = static_cast<bool>(ask_)] {
      Greeting greeting = greetingOf(host, port ? port : 22, base::Deadline::after(limit));
      Entry end{State::Done, greeting.heard ? Answer::Yes : Answer::No, std::move(greeting.why), Clock::now()};
      if (!greeting.lookedUp) end.answer = Answer::NotAsked;
      if (!greeting.lookedUp && canAsk) end.state = State::Unknown;
      report(*board, i, std::move(end));
    }).detach();
  }

  static void report(Board& board, std::size_t i, Entry entry) {
    const std::lock_guard lock(board.mutex);
    if (board.entries[i].state == State::Asked) board.entries[i] = std::move(entry);
    board.changed.notify_all();
  }

  // The first that answers, once no better one may still do so.
  std::optional<std::optional<std::size_t>> settled() const {
    for (std::size_t i = 0; i < next_; ++i) {
      const Entry& entry = board_->entries[i];
      if (entry.answer == Answer::Yes) return i;
      if (entry.state != State::Done && Clock::now() < patience(i)) return std::nullopt;
    }
    return std::nullopt;
  }
  bool finished() const {
    for (std::size_t i = 0; i < addresses_.size(); ++i)
      if (!done(i)) return false;
    return true;
  }
  std::optional<std::size_t> lastResort() const {
    for (std::size_t i = 0; i < addresses_.size(); ++i)
      if (board_->entries[i].answer == Answer::NotAsked) return i;
    return std::nullopt;
  }

  Clock::time_point nextEvent() const {
    auto out = Clock::now() + milliseconds(500);
    if (next_ < addresses_.size()) out = std::min(out, dueAt(next_));
    for (std::size_t i = 0; i < next_; ++i)
      if (!done(i) && patience(i) > Clock::now()) out = std::min(out, patience(i));
    return std::max(out, Clock::now() + milliseconds(1));
  }

  Reached result(std::optional<std::size_t> best) const {
    Reached out;
    out.best = best;
    for (std::size_t i = 0; i < addresses_.size(); ++i) {
      const Entry& entry = board_->entries[i];
      out.answers.push_back(entry.answer);
      out.reasons.push_back(entry.state == State::Asked ? "no answer yet" : entry.why);
      out.took.push_back(entry.answer == Answer::Yes ? std::chrono::duration_cast<milliseconds>(entry.at - started_[i])
                                                     : milliseconds(0));
    }
    return out;
  }

  std::vector<Address> addresses_;
  const AskBySsh& ask_;
  Pace pace_;
  base::Pipe stop_;
  std::shared_ptr<Board> board_ = std::make_shared<Board>();
  std::vector<Clock::time_point> started_;
  std::vector<char> bySsh_;
  std::vector<std::thread> asking_;
  std::size_t next_ = 0;
  Clock::time_point lastStart_;
};

}  // namespace

Reached firstReachable(const std::vector<Address>& addresses, const AskBySsh& ask, const Pace& pace) {
  return Race(addresses, ask, pace).run();
}

}  // namespace fleetd::deploy
