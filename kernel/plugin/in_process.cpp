// Plugin hosts on threads of this process.
#include "kernel/plugin/in_process.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "kernel/process/crash.hpp"

namespace fleetd::plugin {

InProcessHost::InProcessHost(const bus::BusThread& bus, PluginHostConfig config) {
  std::promise<void> done;
  done_ = done.get_future();
  // The thread owns all it uses except for the bus, so that it can be left behind.
  thread_ = std::thread([&context = bus.context(), config = std::move(config), done = std::move(done)]() mutable {
    std::optional<process::Suspect> suspect;
    if (config.suspect) suspect.emplace(config.id);
    servePlugin(context, config);
    done.set_value();
  });
}

InProcessHost::~InProcessHost() {
  if (thread_.joinable()) thread_.join();
}

bool InProcessHost::finished(std::uint32_t timeoutMs) {
  return done_.wait_for(std::chrono::milliseconds(timeoutMs)) == std::future_status::ready;
}

bool InProcessHost::abandon() {
  thread_.detach();
  return true;
}

}  // namespace fleetd::plugin
