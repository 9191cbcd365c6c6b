// BusThread: the thread that owns the kernel's sockets, and a blocking interface to it for the other threads.
#pragma once
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/bus/envelope.hpp"
#include "kernel/bus/events.hpp"
#include "kernel/bus/rpc_server.hpp"

namespace fleetd::bus {

class BusThread {
 public:
  static constexpr const char* kInproc = "inproc://rpc";

  // Starts context and thread; listens on kInproc and on `endpoints`. `reachable` when other processes are to reach it
  // through listen() later.
  static Result<std::unique_ptr<BusThread>> start(const std::vector<std::string>& endpoints = {},
                                                  bool reachable = false);
  BusThread(const BusThread&) = delete;
  BusThread& operator=(const BusThread&) = delete;
  // Says bye to all peers, ends what is outstanding with FL0316, closes the sockets and joins. Then waits
  // until the peers have closed theirs.
  ~BusThread();

  using Answer = std::future<Result<Message>>;
  // All [thread-safe]. Not from the bus thread itself.
  // Once it returns, the peer may say hello.
  Answer expect(std::string peer, std::string name, std::uint32_t timeoutMs, std::string token = {});
  Answer request(std::string peer, std::string topic, std::string body, std::uint32_t timeoutMs);
  // The same for those who cannot wait: `done` is called on the bus thread.
  void request(std::string peer, std::string topic, std::string body, std::uint32_t timeoutMs, RpcServer::Done done);
  void bye(std::string peer);
  // Ends what a peer that is gone was asked, now and later, with `why`.
  void lost(std::string peer, Error why);
  // See RpcServer::onFault; called on the bus thread.
  void onFault(std::string peer, RpcServer::OnFault onFault);
  // Error FL0316 when the endpoint cannot be had.
  Result<void> listen(std::string endpoint);
  void handle(std::string topic, RpcServer::Handler handler);

  // An event for the readers; lost when too many wait already. Never waits.
  void publish(std::string topic, std::string sender, std::string body);
  // Waits until what was published before is in the readers' queues.
  void flushEvents();
  // Readers must end before the bus does.
  Result<std::unique_ptr<EventReader>> read(std::vector<std::string> topics, EventReader::Take take);

  // A new run: later requests carry another epoch, and answers to earlier ones no longer count. [thread-safe]
  void nextEpoch();
  const Context& context() const;

 private:
  struct State;
  explicit BusThread(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace fleetd::bus
