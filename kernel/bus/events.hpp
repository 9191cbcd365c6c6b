// Events: progress and log lines on their way from the bus thread to readers on threads of their own. They may be lost:
// a reader that is slow loses some, and nobody waits for it. Inside of this process only; what a plugin publishes comes
// in over its own connection, and is let through under the name that said hello there.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "kernel/base/fd.hpp"
#include "kernel/base/result.hpp"
#include "kernel/bus/socket.hpp"

namespace fleetd::bus {

inline constexpr const char* kEventsEndpoint = "inproc://events";

// Thread: the bus thread's.
class EventPublisher {
 public:
  static Result<std::unique_ptr<EventPublisher>> create(const Context& context);
  EventPublisher(const EventPublisher&) = delete;
  EventPublisher& operator=(const EventPublisher&) = delete;

  // Copies; never waits. What nobody subscribed to is not even packed.
  void publish(const std::string& topic, const std::string& sender, std::string_view body);
  // So many did not even get here: the reader of the next one of this topic is told.
  void skip(const std::string& topic, std::uint64_t count);

 private:
  explicit EventPublisher(Socket socket) : socket_(std::move(socket)) {}
  void takeSubscriptions();
  std::uint64_t* counterOf(const std::string& topic);  // null when too many topics are counted already

  static constexpr std::size_t kMaxTopics = 1024;  // that are counted; topics are words of plugins
  Socket socket_;
  std::map<std::string, unsigned> wanted_;  // prefixes that are subscribed to, and how often
  std::map<std::string, std::uint64_t> sent_;
};

// One subscriber, with a thread.
class EventReader {
 public:
  struct Event {
    std::string topic, sender, body;
  };
  // `lost` is how many events of that topic did not arrive before this one, those before it began to read included.
  using Take = std::function<void(const Event& event, std::uint64_t lost)>;

  // Reads what begins with one of `topics` (an empty text: all). From its return on nothing is missed but for what
  // comes faster than `take` is. The publisher must be there, and the context must live longer.
  static Result<std::unique_ptr<EventReader>> start(const Context& context, std::vector<std::string> topics, Take take);
  EventReader(const EventReader&) = delete;
  EventReader& operator=(const EventReader&) = delete;
  // Takes what has arrived, then ends.
  ~EventReader();

 private:
  explicit EventReader(Take take);
  void run(const Context& context, const std::vector<std::string>& topics, std::promise<Result<void>> started);
  void takeAll(Socket& socket);

  Take take_;
  base::Pipe stop_;
  std::map<std::string, std::uint64_t> seen_;  // by topic; the thread's
  std::thread thread_;                         // last: it uses all of the above
};

}  // namespace fleetd::bus
