// Exchange: the kernel between plugins. An event goes to those whose manifest lists its topic, a request to the one it
// names, and neither leaves a plugin whose manifest does not list the topic. Everything goes through the kernel,
// because a subscriber of a shared socket has no name that could be held to a manifest.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "kernel/bus/bus_thread.hpp"
#include "kernel/plugin/plugins.hpp"

namespace fleetd::plugin {

// Thread: any.
class Exchange {
 public:
  static constexpr std::size_t kMaxBehind = 64;  // events a plugin has not taken yet; further ones are lost to it

  // Serves `bus`, which must have started. Readers of the bus get all events, too. `log` may be called for as long as
  // the bus lives.
  Exchange(bus::BusThread& bus, LogSink log);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // From now on the plugin takes part.
  void add(const std::string& peer, const Manifest& manifest);
  // What was refused since the last call: FL0335, one for each plugin and topic. FL0311 for events that are too large.
  std::vector<Error> takeRefusals();
  // How often events of each topic came from a plugin, and went to it.
  void count(const std::string& id, Tally& published, Tally& received) const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the bus, which may outlive this when a plugin hangs
};

}  // namespace fleetd::plugin
