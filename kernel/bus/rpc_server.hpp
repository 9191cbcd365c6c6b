// RpcServer: the kernel's end of the bus. Requests to peers with correlation, epoch and deadline; a table of
// topics for what peers ask. inproc and ipc endpoints share it.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/bus/allowance.hpp"
#include "kernel/bus/connections.hpp"
#include "kernel/bus/envelope.hpp"
#include "kernel/bus/limits.hpp"
#include "kernel/bus/loop.hpp"
#include "kernel/bus/socket.hpp"
#include "kernel/bus/zmq_watch.hpp"

namespace fleetd::bus {

// Thread: the loop's, all of it.
class RpcServer {
 public:
  // Called exactly once: with a message of kind reply, error or hello, or with an Error of the transport
  // (FL0311 over a limit, FL0314 deadline, FL0316 the peer is gone, FL0330 it floods the bus, FL0331 it breaks the
  // protocol, FL0336 its connection was cut).
  using Done = std::function<void(Result<Message>)>;
  // The body of the reply, or an error for the asker.
  using Handler = std::function<Message(const std::string& peerName, const Message& request)>;

  static Result<std::unique_ptr<RpcServer>> create(const Context& context, Loop& loop,
                                                   const std::vector<std::string>& endpoints);
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;
  // Completes what is outstanding with FL0316.
  ~RpcServer();

  // A peer that will say hello under this routing id, which the kernel chose; `name` is what its messages are
  // known by. Messages from others are dropped. `done` gets its hello, or the error it sent in place of one; either
  // must carry the token.
  void expect(const std::string& peer, std::string name, std::uint32_t timeoutMs, Done done, std::string token = {});
  // The timeout, 1 to kMaxTimeoutMs, starts when the request is sent: at most kMaxOutstanding are on their
  // way to one peer, the rest waits here.
  void request(const std::string& peer, std::string topic, std::string body, std::uint64_t epoch,
               std::uint32_t timeoutMs, Done done);
  // Tells the peer to end and forgets it; its outstanding requests end with FL0316.
  void bye(const std::string& peer);
  // The same for a peer that is known to be gone: `why` is what its requests end with, later ones too.
  void lost(const std::string& peer, Error why);
  // Called when the kernel gives the peer up for what it did on the bus (FL0330, FL0331, FL0336), whether it was asked
  // something or not.
  using OnFault = std::function<void(const Error& why)>;
  void onFault(const std::string& peer, OnFault onFault);
  Result<void> listen(const std::string& endpoint) { return socket_.bind(endpoint); }
  // What peers may ask for.
  void handle(std::string topic, Handler handler);

  std::size_t dropped() const { return dropped_; }  // messages that fitted nothing

 private:
  struct Waiting {
    std::string topic, body;
    std::uint64_t epoch = 0;
    std::uint32_t timeoutMs = 0;
    Done done;
  };
  struct Outstanding {
    std::uint64_t epoch = 0;
    Loop::TimerId timer = 0;
    std::string topic;
    Done done;
  };
  struct Peer {
    std::string name;
    std::string token;
    Done hello;
    OnFault onFault;
    Loop::TimerId helloTimer = 0;
    std::map<std::uint64_t, Outstanding> outstanding;
    std::deque<Waiting> waiting;
    std::uint64_t lastAsked = 0;  // the newest correlation it was given
    Allowance unasked{kMaxUnasked, kMaxUnasked};
  };

  RpcServer(Socket socket, Loop& loop);
  void onMessage(Received received);
  void onHello(const std::string& id, Peer& peer, Message message, int descriptor);
  void onAnswer(const std::string& id, Peer& peer, Result<Message> message, const Envelope& header);
  void onRequest(const std::string& id, Peer& peer, const Message& message);
  void onUnasked(const std::string& id, Peer& peer);
  void onUnreachable(const std::vector<std::string>& frames);
  void onDeadline(const std::string& id, std::uint64_t correlation);
  void sendNext(const std::string& id, Peer& peer);
  void send(const std::string& id, Envelope header, std::string body);
  void fault(const std::string& peer, Error why);
  void end(const std::string& peer, const Error& why);
  void complete(const std::string& id, std::uint64_t correlation, Result<Message> result);

  Loop& loop_;
  Socket socket_;
  std::map<std::string, Peer> peers_;
  std::map<std::string, Error> lost_;  // peers that are gone for a reason
  std::map<std::string, Handler> handlers_;
  std::uint64_t correlation_ = 0;
  std::uint64_t seq_ = 0;
  std::size_t dropped_ = 0;
  std::unique_ptr<Connections> connections_;  // after the socket: it ends first, like the next
  std::unique_ptr<ZmqWatch> watch_;
};

}  // namespace fleetd::bus
