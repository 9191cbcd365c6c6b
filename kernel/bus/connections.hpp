// Connections: which connection of the kernel's socket is whose, and which have ended. libzmq closes a connection on
// which something comes that is larger than allowed or is no message, and tells nobody but its monitor.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "kernel/base/result.hpp"
#include "kernel/bus/loop.hpp"
#include "kernel/bus/socket.hpp"
#include "kernel/bus/zmq_watch.hpp"

namespace fleetd::bus {

// Thread: the loop's. Must end before the socket it watches.
class Connections {
 public:
  using OnEnd = std::function<void(const std::string& peer)>;

  static Result<std::unique_ptr<Connections>> watch(const Context& context, Loop& loop, Socket& socket, OnEnd onEnd);
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;
  ~Connections();

  // A message of `peer` came over the connection with this descriptor (-1: a connection inside of this process).
  void belongs(int descriptor, const std::string& peer);
  void forget(const std::string& peer);

 private:
  Connections(Socket& socket, Socket monitor, Loop& loop, OnEnd onEnd);
  void take(const Received& received);

  Socket& socket_;
  Socket monitor_;
  OnEnd onEnd_;
  std::map<int, std::string> peers_;  // by descriptor
  std::unique_ptr<ZmqWatch> watch_;   // after the socket: it ends first
};

}  // namespace fleetd::bus
