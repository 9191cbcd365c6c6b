// Context and Socket: libzmq with ownership, bounds and Results. A socket is made, used and closed on one
// thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::bus {

class Context {
 public:
  // `ioThreads` may be 0 when only inproc endpoints are used. New sockets do not linger.
  static Result<Context> create(int ioThreads);
  Context(Context&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Context& operator=(Context&&) = delete;
  // Waits until all sockets are closed.
  ~Context();

  // Makes blocking calls of all sockets return. [thread-safe]
  void shutdown();
  void* handle() const { return handle_; }

 private:
  explicit Context(void* handle) : handle_(handle) {}
  void* handle_;
};

enum class SocketType : std::uint8_t {
  router,
  dealer,
  publisher,  // sends to all who subscribed; drops for those who are slow
  subscriber,
  monitor,  // reads what tellEnds() tells
};

enum class SendStatus : std::uint8_t {
  sent,
  full,         // the peer's queue is full: try again later
  unreachable,  // a router knows no such peer, or the context ends
};

struct SocketEvents {
  bool readable = false, writable = false;
};

// A message; always read to its last frame. When it has more than the wanted frames, or one above the limit
// of bodies (which libzmq does not enforce on inproc), `refused` is set and `frames` are those before.
struct Received {
  std::vector<std::string> frames;
  bool refused = false;
  int descriptor = -1;  // of the connection it came over; none inside of this process
};

class Socket {
 public:
  // Linger 0, high-water marks and the size limit set; routers refuse unknown receivers.
  static Result<Socket> create(const Context& context, SocketType type, const std::string& routingId = {});
  Socket(Socket&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket();

  Result<void> bind(const std::string& endpoint);
  Result<void> connect(const std::string& endpoint);
  // Of a subscriber: messages that begin with `prefix`.
  Result<void> subscribe(const std::string& prefix);
  // From now on a monitor that connects to `endpoint` hears of each connection of another process that ended; without
  // one, no more.
  Result<void> tellEnds(const std::string& endpoint);
  void tellEnds();

  // Sends all frames as one message or none of them; never blocks.
  SendStatus send(const std::vector<std::string>& frames);

  // The next message, nothing when none waits; never blocks. Error FL0316 when the context ends.
  Result<std::optional<Received>> receive(std::size_t maxFrames);

  // Waits until a send would not find the queue full. False when the context ends or the time is over.
  bool waitWritable(int timeoutMs);

  // Must be read again after each wake-up, each send and before waiting: the descriptor only tells edges.
  SocketEvents events() const;
  int descriptor() const;
  void* handle() const { return handle_; }

 private:
  explicit Socket(void* handle) : handle_(handle) {}
  void* handle_;
};

// Waits until the socket is readable, `fd` (-1 = none) is readable, or the time is over (-1 = no end).
struct WaitResult {
  bool socket = false, fd = false, ended = false;  // ended: the context was shut down
};
WaitResult wait(const Socket& socket, int fd, int timeoutMs);

}  // namespace fleetd::bus
