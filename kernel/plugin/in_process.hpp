// InProcessHost: a plugin host on a thread of this process.
#pragma once
#include <cstdint>
#include <future>
#include <thread>

#include "kernel/bus/bus_thread.hpp"
#include "kernel/plugin/plugin_host.hpp"
#include "kernel/plugin/runner.hpp"

namespace fleetd::plugin {

class InProcessHost final : public Runner {
 public:
  // Starts the thread; the plugin is up once its hello is there.
  InProcessHost(const bus::BusThread& bus, PluginHostConfig config);
  // Joins. The kernel must have said bye (or closed the bus) and finished() must have been true, else it may
  // wait for ever.
  ~InProcessHost() override;

  // Code inside this process cannot be stopped: when it does not come in time, the only way on is abandon().
  bool finished(std::uint32_t timeoutMs) override;
  // Leaves the thread to itself.
  bool abandon() override;

 private:
  std::future<void> done_;
  std::thread thread_;
};

}  // namespace fleetd::plugin
