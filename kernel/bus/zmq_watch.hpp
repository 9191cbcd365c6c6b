// ZmqWatch: a ZeroMQ socket on the event loop. Its descriptor tells edges only, so everything that waits is
// taken on each wake-up, and the state is read again after each send.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernel/bus/loop.hpp"
#include "kernel/bus/socket.hpp"

namespace fleetd::bus {

// Thread: the loop's, all of it. Must be destroyed on that thread, after Loop::run() returned or from inside
// it, and before the socket. At most kMaxDrain messages are taken in one turn, then other work gets its turn.
class ZmqWatch {
 public:
  // `onMessage` is called for each message, `onUnreachable` with the frames of one that found no receiver
  // (perhaps later than send() returned).
  using OnMessage = std::function<void(Received)>;
  using OnUnreachable = std::function<void(const std::vector<std::string>& frames)>;

  ZmqWatch(Loop& loop, Socket& socket, std::size_t maxFrames, OnMessage onMessage, OnUnreachable onUnreachable);
  ~ZmqWatch();
  ZmqWatch(const ZmqWatch&) = delete;
  ZmqWatch& operator=(const ZmqWatch&) = delete;

  // Sends now, or as soon as the receiver's queue has room; the order is kept.
  void send(std::vector<std::string> frames);
  // The same, but a message that cannot be sent now is forgotten, as is all that still waits for this receiver: one
  // that takes nothing must not hold up what is for others.
  void sendLast(std::vector<std::string> frames);
  std::size_t waiting() const { return outbox_.size(); }

 private:
  struct Impl;
  void pump();
  void flush();
  void schedule();
  void arm();

  Loop& loop_;
  Socket& socket_;
  std::size_t maxFrames_;
  OnMessage onMessage_;
  OnUnreachable onUnreachable_;
  std::deque<std::vector<std::string>> outbox_;
  Loop::TimerId retry_ = 0;
  bool scheduled_ = false;
  bool armed_ = false;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fleetd::bus
