// A plugin host's end of the bus, see rpc_client.hpp.
#include "kernel/bus/rpc_client.hpp"

#include <algorithm>

#include "kernel/bus/errors.hpp"
#include "kernel/bus/hello.hpp"
#include "kernel/bus/limits.hpp"

namespace fleetd::bus {

namespace {
constexpr std::size_t kFrames = 2;  // header, body
constexpr std::size_t kCancelMemory = 256;
}  // namespace

Result<RpcClient> RpcClient::connect(const Context& context, const std::string& endpoint,
                                     const std::string& routingId) {
  FLEETD_TRY_ASSIGN(auto socket, Socket::create(context, SocketType::dealer, routingId));
  FLEETD_TRY(socket.connect(endpoint));
  return RpcClient(std::move(socket));
}

void RpcClient::hello(std::string_view body, std::string_view token) {
  Envelope header;
  header.kind = Kind::hello;
  send(std::move(header), packHello(token, body));
}

void RpcClient::helloFailed(const ::fleet::Error& error, std::string_view token) {
  Envelope header;
  header.kind = Kind::error;
  send(std::move(header), packHello(token, packError(error)));
}

RpcClient::Turn RpcClient::wait(int wakeFd, int timeoutMs) {
  Turn turn;
  takeIn();
  if (inbox_.empty() && !ended_) {
    const auto events = bus::wait(socket_, wakeFd, timeoutMs);
    turn.woken = events.fd;
    ended_ = ended_ || events.ended;
    takeIn();
  }
  turn.ended = ended_;
  if (!inbox_.empty() && !ended_) {
    turn.message = std::move(inbox_.front());
    inbox_.pop_front();
  }
  return turn;
}

void RpcClient::takeIn() {
  while (!ended_) {
    auto received = socket_.receive(kFrames);
    if (!received) {
      ended_ = true;
      return;
    }
    if (!*received) return;
    Received& got = **received;
    if (got.frames.empty()) continue;
    auto header = decode(got.frames[0]);
    if (!header) continue;
    if (got.refused) {
      fail(*header, {FLEET_E_LIMIT, {}, {}, "the request is too large", {}, 0});
      continue;
    }
    sort({*std::move(header), got.frames.size() > 1 ? std::move(got.frames[1]) : std::string()});
  }
}

void RpcClient::sort(Message message) {
  const auto correlation = message.header.correlation;
  switch (message.header.kind) {
    case Kind::request:
    case Kind::reply:
    case Kind::error:
    case Kind::event: inbox_.push_back(std::move(message)); return;
    case Kind::bye: ended_ = true; return;
    case Kind::cancel: {
      const auto waiting = std::find_if(inbox_.begin(), inbox_.end(), [&](const Message& m) {
        return m.header.kind == Kind::request && m.header.correlation == correlation;
      });
      if (waiting != inbox_.end()) {
        inbox_.erase(waiting);
        return;
      }
      cancelled_.push_back(correlation);
      if (cancelled_.size() > kCancelMemory) cancelled_.pop_front();
      return;
    }
    case Kind::hello: return;
  }
}

void RpcClient::reply(const Envelope& request, std::string body) {
  Envelope header;
  header.kind = Kind::reply;
  header.correlation = request.correlation;
  header.epoch = request.epoch;
  header.topic = request.topic;
  send(std::move(header), std::move(body));
}

void RpcClient::fail(const Envelope& request, const ::fleet::Error& error) {
  Envelope header;
  header.kind = Kind::error;
  header.correlation = request.correlation;
  header.epoch = request.epoch;
  header.topic = request.topic;
  send(std::move(header), packError(error));
}

std::uint64_t RpcClient::request(std::string topic, std::string body, std::uint32_t timeoutMs) {
  Envelope header;
  header.kind = Kind::request;
  header.correlation = ++correlation_;
  header.timeoutMs = timeoutMs;
  header.topic = std::move(topic);
  const auto correlation = header.correlation;
  send(std::move(header), std::move(body));
  return correlation;
}

void RpcClient::send(Envelope header, std::string body) {
  header.seq = ++seq_;
  const std::vector<std::string> frames{encode(header), std::move(body)};
  // The kernel bounds what it asks for at once, so a full queue is rare and short; this thread has nothing
  // else to do.
  while (socket_.send(frames) == SendStatus::full)
    if (!socket_.waitWritable(1000)) return;
}

std::optional<Message> RpcClient::nextAnswer() {
  takeIn();
  const auto at = std::find_if(inbox_.begin(), inbox_.end(), [](const Message& m) {
    return m.header.kind == Kind::reply || m.header.kind == Kind::error;
  });
  if (at == inbox_.end()) return std::nullopt;
  std::optional<Message> out(std::move(*at));
  inbox_.erase(at);
  return out;
}

bool RpcClient::cancelled(const Envelope& request) {
  takeIn();
  return ended_ || std::find(cancelled_.begin(), cancelled_.end(), request.correlation) != cancelled_.end();
}

}  // namespace fleetd::bus
