// A peer for tests of the bus: a client on a thread of its own that serves requests by a function.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "kernel/bus/bus_thread.hpp"
#include "kernel/bus/rpc_client.hpp"

namespace fleetd::bus {

class Peer {
 public:
  using Serve = std::function<void(RpcClient&, const Message&)>;

  // Says hello with body "hello of <id>", then hands every message to `serve` until the kernel says bye or
  // the bus ends.
  Peer(const Context& context, std::string id, Serve serve)
      : thread_([&context, id = std::move(id), serve = std::move(serve)] {
          auto client = RpcClient::connect(context, BusThread::kInproc, id);
          ASSERT_TRUE(client.ok());
          client->hello("hello of " + id);
          while (true) {
            auto turn = client->wait(-1, -1);
            if (turn.ended) return;
            if (turn.message) serve(*client, *turn.message);
          }
        }) {}
  ~Peer() { join(); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::thread thread_;
};

inline void echo(RpcClient& client, const Message& request) { client.reply(request.header, request.body); }

// A generous bound: only a defect lets it run out.
inline constexpr std::uint32_t kLong = 60'000;

}  // namespace fleetd::bus
