// InProcessHost: a plugin host on a thread of this process.
#pragma once
#include <cstdint>
#include <future>
#include <thread>

#include "kernel/bus/bus_thread.hpp"
#include "kernel/plugin/plugin_host.hpp"

namespace fleetd::plugin {

class InProcessHost {
 public:
  // Starts the thread; the plugin is up once its hello is there.
  InProcessHost(const bus::BusThread& bus, PluginHostConfig config);
  InProcessHost(InProcessHost&&) noexcept = default;
  InProcessHost& operator=(InProcessHost&&) = delete;
  // Joins. The kernel must have said bye (or closed the bus) and finished() must have been true, else it may
  // wait for ever.
  ~InProcessHost();

  // Waits for the end of the thread. Code inside this process cannot be stopped: when it does not come in
  // time, the only way on is abandon().
  bool finished(std::uint32_t timeoutMs) const;
  // Leaves the thread to itself. The bus it uses must live on.
  void abandon();

 private:
  std::future<void> done_;
  std::thread thread_;
};

}  // namespace fleetd::plugin
