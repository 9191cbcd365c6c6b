// The kernel's end of the bus, see rpc_server.hpp.
#include "kernel/bus/rpc_server.hpp"

#include <utility>

#include <fmt/format.h>

#include "kernel/base/clock.hpp"
#include "kernel/bus/errors.hpp"
#include "kernel/bus/hello.hpp"
#include "kernel/bus/limits.hpp"

namespace fleetd::bus {

namespace {

constexpr std::size_t kFrames = 3;  // routing id, header, body

Error gone(const std::string& name) {
  return fail(Code::FL0316, fmt::format("plugin `{}` cannot be reached", name), "it has ended or was never started");
}

Error late(const std::string& name, std::string_view what, std::uint32_t timeoutMs) {
  return fail(Code::FL0314, fmt::format("plugin `{}` did not {} within {} ms", name, what, timeoutMs));
}

Envelope farewell() {
  Envelope out;
  out.kind = Kind::bye;
  out.sender = "kernel";
  return out;
}

std::int64_t nanos(std::uint32_t ms) { return std::int64_t{ms} * 1'000'000; }

}  // namespace

Result<std::unique_ptr<RpcServer>> RpcServer::create(const Context& context, Loop& loop,
                                                     const std::vector<std::string>& endpoints) {
  FLEETD_TRY_ASSIGN(auto socket, Socket::create(context, SocketType::router));
  for (const auto& endpoint : endpoints) FLEETD_TRY(socket.bind(endpoint));
  std::unique_ptr<RpcServer> out(new RpcServer(std::move(socket), loop));
  FLEETD_TRY_ASSIGN(
      out->connections_, Connections::watch(context, loop, out->socket_, [server = out.get()](const std::string& peer) {
        const auto at = server->peers_.find(peer);
        if (at == server->peers_.end()) return;
        server->fault(peer, fail(Code::FL0336, fmt::format("the connection of plugin `{}` was cut", at->second.name)));
      }));
  return out;
}

RpcServer::RpcServer(Socket socket, Loop& loop) : loop_(loop), socket_(std::move(socket)) {
  watch_ = std::make_unique<ZmqWatch>(
      loop_, socket_, kFrames, [this](Received received) { onMessage(std::move(received)); },
      [this](const std::vector<std::string>& frames) { onUnreachable(frames); });
}

RpcServer::~RpcServer() {
  while (!peers_.empty()) {
    const std::string id = peers_.begin()->first;
    bye(id);
  }
}

void RpcServer::expect(const std::string& peer, std::string name, std::uint32_t timeoutMs, Done done,
                       std::string token) {
  Peer& added = peers_[peer];
  added.name = std::move(name);
  added.token = std::move(token);
  added.hello = std::move(done);
  added.helloTimer = loop_.after(nanos(timeoutMs), [this, peer, timeoutMs] {
    const auto at = peers_.find(peer);
    if (at == peers_.end() || !at->second.hello) return;
    auto hello = std::exchange(at->second.hello, nullptr);
    const auto error = late(at->second.name, "start", timeoutMs);
    bye(peer);
    hello(error);
  });
}

void RpcServer::request(const std::string& peer, std::string topic, std::string body, std::uint64_t epoch,
                        std::uint32_t timeoutMs, Done done) {
  const auto at = peers_.find(peer);
  if (at == peers_.end()) {
    const auto why = lost_.find(peer);
    return done(why == lost_.end() ? gone(peer) : why->second);
  }
  if (body.size() > kMaxBodyBytes)
    return done(fail(Code::FL0311, fmt::format("a message of {} bytes for plugin `{}` exceeds the limit of {}",
                                               body.size(), at->second.name, kMaxBodyBytes)));
  at->second.waiting.push_back({std::move(topic), std::move(body), epoch, timeoutMs, std::move(done)});
  sendNext(peer, at->second);
}

void RpcServer::sendNext(const std::string& id, Peer& peer) {
  while (!peer.waiting.empty() && peer.outstanding.size() < kMaxOutstanding) {
    Waiting next = std::move(peer.waiting.front());
    peer.waiting.pop_front();
    Envelope header;
    header.kind = Kind::request;
    header.correlation = peer.lastAsked = ++correlation_;
    header.epoch = next.epoch;
    header.timeoutMs = next.timeoutMs;
    header.topic = next.topic;
    const auto timer = loop_.after(nanos(next.timeoutMs), [this, id, c = header.correlation] { onDeadline(id, c); });
    peer.outstanding.emplace(header.correlation,
                             Outstanding{next.epoch, timer, std::move(next.topic), std::move(next.done)});
    send(id, std::move(header), std::move(next.body));
  }
}

void RpcServer::send(const std::string& id, Envelope header, std::string body) {
  header.sender = "kernel";
  header.seq = ++seq_;
  watch_->send({id, encode(header), std::move(body)});
}

void RpcServer::bye(const std::string& peer) {
  const auto at = peers_.find(peer);
  if (at == peers_.end()) return;
  send(peer, farewell(), {});
  end(peer, gone(at->second.name));
}

void RpcServer::lost(const std::string& peer, Error why) {
  if (!peers_.contains(peer)) return;
  watch_->sendLast({peer, encode(farewell()), std::string()});
  end(peer, lost_.emplace(peer, std::move(why)).first->second);
}

void RpcServer::fault(const std::string& peer, Error why) {
  const auto at = peers_.find(peer);
  if (at == peers_.end()) return;
  const OnFault told = std::move(at->second.onFault);
  const Error said = why;
  lost(peer, std::move(why));
  if (told) told(said);
}

void RpcServer::onFault(const std::string& peer, OnFault onFault) {
  if (const auto at = peers_.find(peer); at != peers_.end()) at->second.onFault = std::move(onFault);
}

void RpcServer::end(const std::string& peer, const Error& why) {
  const auto at = peers_.find(peer);
  Peer ended = std::move(at->second);
  peers_.erase(at);
  connections_->forget(peer);
  loop_.cancel(ended.helloTimer);
  if (ended.hello) ended.hello(why);
  for (auto& [correlation, request] : ended.outstanding) {
    loop_.cancel(request.timer);
    request.done(why);
  }
  for (auto& request : ended.waiting) request.done(why);
}

void RpcServer::handle(std::string topic, Handler handler) { handlers_[std::move(topic)] = std::move(handler); }

void RpcServer::onMessage(Received received) {
  const auto peer = received.frames.empty() ? peers_.end() : peers_.find(received.frames[0]);
  if (peer == peers_.end() || received.frames.size() < 2) {
    ++dropped_;
    return;
  }
  const std::string id = peer->first;
  auto header = decode(received.frames[1]);
  if (!header) {
    ++dropped_;
    return fault(id, fail(Code::FL0331, fmt::format("plugin `{}` breaks the rules of the bus: {}", peer->second.name,
                                                    header.error().message)));
  }
  header->sender = peer->second.name;
  Message message{*std::move(header), received.frames.size() > 2 ? std::move(received.frames[2]) : std::string()};
  const Envelope& head = message.header;
  const bool first = head.kind == Kind::hello || (head.kind == Kind::error && head.correlation == 0);
  if (peer->second.hello && !first) return onUnasked(id, peer->second);
  switch (head.kind) {
    case Kind::hello: return onHello(id, peer->second, std::move(message), received.descriptor);
    case Kind::error:
      if (head.correlation == 0) return onHello(id, peer->second, std::move(message), received.descriptor);
      [[fallthrough]];
    case Kind::reply: {
      const Envelope copy = head;
      if (received.refused)
        return onAnswer(id, peer->second,
                        fail(Code::FL0311, fmt::format("the answer of plugin `{}` to {} is larger than {} bytes",
                                                       peer->second.name, copy.topic, kMaxBodyBytes)),
                        copy);
      return onAnswer(id, peer->second, std::move(message), copy);
    }
    case Kind::request: return onRequest(id, peer->second, message);
    case Kind::event:
    case Kind::bye:
    case Kind::cancel: return onUnasked(id, peer->second);
  }
}

// Also takes the error a peer sends in place of a hello.
void RpcServer::onHello(const std::string& id, Peer& peer, Message message, int descriptor) {
  if (!peer.hello) return onUnasked(id, peer);
  auto body = openHello(message.body, peer.token);
  if (!body) {
    ++dropped_;
    return fault(id,
                 fail(Code::FL0331, fmt::format("somebody says hello as plugin `{}` without its token", peer.name)));
  }
  message.body = *std::move(body);
  connections_->belongs(descriptor, id);
  loop_.cancel(peer.helloTimer);
  auto hello = std::exchange(peer.hello, nullptr);
  if (message.header.kind == Kind::error) bye(id);
  hello(std::move(message));
}

void RpcServer::onAnswer(const std::string& id, Peer& peer, Result<Message> message, const Envelope& header) {
  const auto at = peer.outstanding.find(header.correlation);
  if (header.correlation == 0 || header.correlation > peer.lastAsked) {
    ++dropped_;
    return fault(id,
                 fail(Code::FL0331,
                      fmt::format("plugin `{}` breaks the rules of the bus: it answers what nobody asked", peer.name)));
  }
  // Late, a second time, or of an earlier run.
  if (at == peer.outstanding.end() || at->second.epoch != header.epoch) return onUnasked(id, peer);
  complete(id, header.correlation, std::move(message));
}

// What answers nothing is dropped, until it is too much.
void RpcServer::onUnasked(const std::string& id, Peer& peer) {
  ++dropped_;
  if (peer.unasked.take(base::monotonicNanos())) return;
  fault(id, fail(Code::FL0330,
                 fmt::format("plugin `{}` floods the bus: more than {} messages a second that nobody asked for",
                             peer.name, kMaxUnasked)));
}

void RpcServer::onRequest(const std::string& id, Peer& peer, const Message& message) {
  if (!peer.unasked.take(base::monotonicNanos()))
    return fault(id, fail(Code::FL0330, fmt::format("plugin `{}` floods the bus: more than {} requests a second",
                                                    peer.name, kMaxUnasked)));
  const auto handler = handlers_.find(message.header.topic);
  Message answer;
  if (handler == handlers_.end()) {
    answer.header.kind = Kind::error;
    answer.body = packError({FLEET_E_UNSUPPORTED, {}, {}, "the kernel knows no topic " + message.header.topic, {}, 0});
  } else {
    answer = handler->second(peer.name, message);
  }
  answer.header.correlation = message.header.correlation;
  answer.header.epoch = message.header.epoch;
  answer.header.topic = message.header.topic;
  send(id, std::move(answer.header), std::move(answer.body));
}

void RpcServer::onUnreachable(const std::vector<std::string>& frames) {
  const auto header = decode(frames[1]);
  if (!header || header->kind != Kind::request) return;
  // Not from inside the send: the caller is still at work on the peer.
  loop_.post([this, id = frames[0], correlation = header->correlation] {
    const auto peer = peers_.find(id);
    if (peer != peers_.end()) complete(id, correlation, gone(peer->second.name));
  });
}

void RpcServer::onDeadline(const std::string& id, std::uint64_t correlation) {
  const auto peer = peers_.find(id);
  if (peer == peers_.end()) return;
  const auto request = peer->second.outstanding.find(correlation);
  if (request == peer->second.outstanding.end()) return;
  Envelope header;
  header.kind = Kind::cancel;
  header.correlation = correlation;
  header.epoch = request->second.epoch;
  header.topic = request->second.topic;
  const auto error =
      fail(Code::FL0314, fmt::format("plugin `{}` did not answer {} in time", peer->second.name, header.topic));
  send(id, std::move(header), {});
  complete(id, correlation, error);
}

void RpcServer::complete(const std::string& id, std::uint64_t correlation, Result<Message> result) {
  const auto peer = peers_.find(id);
  if (peer == peers_.end()) return;
  const auto request = peer->second.outstanding.find(correlation);
  if (request == peer->second.outstanding.end()) return;
  loop_.cancel(request->second.timer);
  const Done done = std::move(request->second.done);
  peer->second.outstanding.erase(request);
  sendNext(id, peer->second);
  done(std::move(result));
}

}  // namespace fleetd::bus
