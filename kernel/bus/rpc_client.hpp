// RpcClient: a plugin host's end of the bus. It is the same for inproc and ipc.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include <fleet/cxx/result.hpp>

#include "kernel/base/result.hpp"
#include "kernel/bus/envelope.hpp"
#include "kernel/bus/socket.hpp"

namespace fleetd::bus {

// Thread: made, used and destroyed on one thread.
class RpcClient {
 public:
  // `routingId` is what the kernel expects this peer under.
  static Result<RpcClient> connect(const Context& context, const std::string& endpoint, const std::string& routingId);

  // The first message: who this is, or why it cannot be. It
  // carries the token the kernel gave out for this peer.
  void hello(std::string_view body, std::string_view token = {});
  void helloFailed(const ::fleet::Error& error, std::string_view token = {});

  // Waits until the kernel's end is reached; at once on inproc.
  bool connected(int timeoutMs) { return socket_.waitWritable(timeoutMs); }

  struct Turn {
    std::optional<Message> message;  // a request, a reply or an error
    bool woken = false;              // the descriptor is readable
    bool ended = false;              // the kernel said bye, or the bus is closed
  };
  // The next message, or one of the other reasons to wake up, or nothing when the time is over (-1 = no end).
  // Requests that were cancelled before they were taken never show up.
  Turn wait(int wakeFd, int timeoutMs);

  void reply(const Envelope& request, std::string body);
  void fail(const Envelope& request, const ::fleet::Error& error);

  // Asks the kernel; the answer comes through wait() with the correlation returned here.
  std::uint64_t request(std::string topic, std::string body, std::uint32_t timeoutMs);

  // The next reply or error to a request of this end, without waiting; for those who are in the middle of something
  // else.
  std::optional<Message> nextAnswer();

  // Whether the kernel gave this request up meanwhile. Takes in what has arrived, without waiting.
  bool cancelled(const Envelope& request);

 private:
  explicit RpcClient(Socket socket) : socket_(std::move(socket)) {}
  void takeIn();
  void sort(Message message);
  void send(Envelope header, std::string body);

  Socket socket_;
  std::deque<Message> inbox_;
  std::deque<std::uint64_t> cancelled_;  // correlations of requests that had been taken already
  bool ended_ = false;
  std::uint64_t seq_ = 0;
  std::uint64_t correlation_ = 0;
};

}  // namespace fleetd::bus
