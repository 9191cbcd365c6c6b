// IsolatedHost: a fleet-plugin-host process, watched by a thread. Its end is noticed at once and told to the bus.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "kernel/base/fd.hpp"
#include "kernel/bus/allowance.hpp"
#include "kernel/bus/bus_thread.hpp"
#include "kernel/plugin/isolated_config.hpp"
#include "kernel/plugin/isolated_death.hpp"
#include "kernel/plugin/runner.hpp"
#include "kernel/process/child.hpp"
#include "kernel/process/tail.hpp"

namespace fleetd::plugin {

class IsolatedHost final : public Runner {
 public:
  // Starts the process with `command`; the plugin is up once its hello is there. The bus must outlive this.
  IsolatedHost(bus::BusThread& bus, IsolatedConfig config, std::vector<std::string> command, bool sandboxed);
  // Kills it if it still runs.
  ~IsolatedHost() override;

  bool finished(std::uint32_t timeoutMs) override;
  bool abandon() override;

  // Its hello came: what it does from now on is no failure to start.
  void greeted();
  // Kills it, unless it ended already; death() then tells this cause. `said` goes with Cause::conduct.
  void end(Cause cause, Error said = {});
  // Waits for its end.
  Death death();

 private:
  void watch(const std::vector<std::string>& command);
  void follow(process::Child& child);
  void readLog(std::string_view piece);
  void died(process::ExitStatus status, std::string cannotStart);

  bus::BusThread& bus_;
  const IsolatedConfig config_;
  base::Pipe wake_;

  std::mutex mutex_;  // guards the next four
  std::condition_variable changed_;
  Death death_;
  bool killed_ = false, dead_ = false;

  process::Tail output_;  // the thread's, like the next three
  std::string logLine_;
  bus::Allowance logLines_{1000, 200};
  std::uint64_t unlogged_ = 0;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace fleetd::plugin
