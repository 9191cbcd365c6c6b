// XPUB on the bus thread, SUB on each reader's.
#include "kernel/bus/events.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "kernel/bus/envelope.hpp"
#include "kernel/bus/limits.hpp"

namespace fleetd::bus {

namespace {
constexpr std::size_t kFrames = 3;  // topic (what subscriptions look at), header, body
}

Result<std::unique_ptr<EventPublisher>> EventPublisher::create(const Context& context) {
  FLEETD_TRY_ASSIGN(auto socket, Socket::create(context, SocketType::publisher));
  FLEETD_TRY(socket.bind(kEventsEndpoint));
  return std::unique_ptr<EventPublisher>(new EventPublisher(std::move(socket)));
}

// A subscription is a message: a byte that says whether it begins or ends, and the prefix.
void EventPublisher::takeSubscriptions() {
  while (socket_.events().readable) {  // which also has libzmq look at those that came
    const auto message = socket_.receive(1);
    if (!message || !*message || (*message)->frames.empty()) return;
    const std::string& frame = (*message)->frames.front();
    if (frame.empty()) continue;
    const std::string prefix = frame.substr(1);
    if (frame.front() == 1)
      ++wanted_[prefix];
    else if (const auto at = wanted_.find(prefix); at != wanted_.end() && --at->second == 0)
      wanted_.erase(at);
  }
}

std::uint64_t* EventPublisher::counterOf(const std::string& topic) {
  auto count = sent_.find(topic);
  if (count == sent_.end() && sent_.size() < kMaxTopics) count = sent_.emplace(topic, 0).first;
  return count == sent_.end() ? nullptr : &count->second;
}

void EventPublisher::skip(const std::string& topic, std::uint64_t count) {
  if (count == 0) return;
  if (auto* counter = counterOf(topic)) *counter += count;
}

void EventPublisher::publish(const std::string& topic, const std::string& sender, std::string_view body) {
  takeSubscriptions();
  if (std::none_of(wanted_.begin(), wanted_.end(), [&](const auto& one) { return topic.starts_with(one.first); }))
    return;
  Envelope header;
  header.kind = Kind::event;
  header.topic = topic;
  header.sender = sender;
  if (auto* count = counterOf(topic)) header.seq = ++*count;
  // A subscriber whose queue is full does not get it; the send succeeds all the same.
  static_cast<void>(socket_.send({topic, encode(header), std::string(body)}));
}

EventReader::EventReader(Take take) : take_(std::move(take)), stop_(base::makePipe()) {}

Result<std::unique_ptr<EventReader>> EventReader::start(const Context& context, std::vector<std::string> topics,
                                                        Take take) {
  std::unique_ptr<EventReader> out(new EventReader(std::move(take)));
  if (!out->stop_.read) return Error{Code::FL0316, "there are no more file descriptors", "", {}};
  std::promise<Result<void>> started;
  auto ready = started.get_future();
  // A socket is made, used and closed on one thread.
  out->thread_ =
      std::thread([reader = out.get(), &context, begun = std::move(started), topics = std::move(topics)]() mutable {
        reader->run(context, topics, std::move(begun));
      });
  FLEETD_TRY(ready.get());
  return out;
}

EventReader::~EventReader() {
  const char byte = 0;
  while (::write(stop_.write.get(), &byte, 1) < 0 && errno == EINTR) {
  }
  if (thread_.joinable()) thread_.join();
}

void EventReader::run(const Context& context, const std::vector<std::string>& topics,
                      std::promise<Result<void>> started) {
  auto socket = Socket::create(context, SocketType::subscriber);
  if (!socket) return started.set_value(std::move(socket).error());
  if (auto there = socket->connect(kEventsEndpoint); !there) return started.set_value(std::move(there).error());
  for (const auto& topic : topics)
    if (auto done = socket->subscribe(topic); !done) return started.set_value(std::move(done).error());
  started.set_value({});
  while (true) {
    const auto events = wait(*socket, stop_.read.get(), -1);
    takeAll(*socket);
    if (events.fd || events.ended) return;
  }
}

void EventReader::takeAll(Socket& socket) {
  while (true) {
    auto message = socket.receive(kFrames);
    if (!message || !*message) return;
    auto& frames = (*message)->frames;
    if ((*message)->refused || frames.size() != kFrames) continue;
    const auto header = decode(frames[1]);
    if (!header) continue;
    std::uint64_t lost = 0;
    if (header->seq > 0) {
      auto& seen = seen_[header->topic];
      lost = header->seq - seen - 1;
      seen = header->seq;
    }
    take_({header->topic, header->sender, std::move(frames[2])}, lost);
  }
}

}  // namespace fleetd::bus
