// Reading libzmq's monitor: a frame with a number and a value, and one with the endpoint.
#include "kernel/bus/connections.hpp"

#include <atomic>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace fleetd::bus {

namespace {
constexpr std::size_t kFrames = 2;
constexpr std::size_t kEventBytes = sizeof(std::uint16_t) + sizeof(std::int32_t);
}  // namespace

Result<std::unique_ptr<Connections>> Connections::watch(const Context& context, Loop& loop, Socket& socket,
                                                        OnEnd onEnd) {
  static std::atomic<unsigned> count{0};
  const std::string endpoint = fmt::format("inproc://connections-{}", ++count);
  FLEETD_TRY(socket.tellEnds(endpoint));
  FLEETD_TRY_ASSIGN(auto monitor, Socket::create(context, SocketType::monitor));
  FLEETD_TRY(monitor.connect(endpoint));
  return std::unique_ptr<Connections>(new Connections(socket, std::move(monitor), loop, std::move(onEnd)));
}

Connections::Connections(Socket& socket, Socket monitor, Loop& loop, OnEnd onEnd)
    : socket_(socket), monitor_(std::move(monitor)), onEnd_(std::move(onEnd)) {
  watch_ = std::make_unique<ZmqWatch>(
      loop, monitor_, kFrames, [this](const Received& received) { take(received); },
      [](const std::vector<std::string>&) {});
}

Connections::~Connections() { socket_.tellEnds(); }

// A descriptor is given out again once its connection has ended, which the monitor has told by then. Hence first all
// that waits there.
void Connections::belongs(int descriptor, const std::string& peer) {
  if (descriptor < 0) return;
  while (true) {
    const auto received = monitor_.receive(kFrames);
    if (!received || !*received) break;
    take(**received);
  }
  peers_[descriptor] = peer;
}

void Connections::forget(const std::string& peer) {
  std::erase_if(peers_, [&](const auto& one) { return one.second == peer; });
}

void Connections::take(const Received& received) {
  if (received.frames.empty() || received.frames[0].size() != kEventBytes) return;
  std::int32_t descriptor = -1;
  std::memcpy(&descriptor, received.frames[0].data() + sizeof(std::uint16_t), sizeof descriptor);
  const auto peer = peers_.find(descriptor);
  if (peer == peers_.end()) return;
  const std::string id = std::move(peer->second);
  peers_.erase(peer);
  onEnd_(id);
}

}  // namespace fleetd::bus
