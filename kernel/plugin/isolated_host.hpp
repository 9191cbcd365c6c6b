// IsolatedHost: a fleet-plugin-host process, watched by a thread. Its end is noticed at once and told to the bus.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <memory>
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
  // Starts the process with `command`; the plugin is up once its hello is there. The bus expects it already, and must
  // outlive this. One that breaks the rules of the bus is ended at once, asked or not.
  IsolatedHost(bus::BusThread& bus, IsolatedConfig config, std::vector<std::string> command, bool sandboxed);
  // Kills it if it still runs.
  ~IsolatedHost() override;

  bool finished(std::uint32_t timeoutMs) override;
  bool abandon() override;

  // Its hello came: what it does from now on is no failure to start.
  void greeted();
  // Kills it, unless it ended already; death() then tells this cause. `said` goes with Cause::conduct.
  void end(Cause cause, Error said = {});
  // Its connection was cut. That may be the first that is heard of a crash, so it has a moment to be gone by itself;
  // then it is ended for it.
  void cut(const Error& why);
  // Waits for its end.
  Death death();

 private:
  // What the bus holds of this, which may be gone when the bus has something to say.
  struct Leash {
    std::mutex mutex;
    IsolatedHost* host = nullptr;
  };
  void watch(const std::vector<std::string>& command);
  void follow(process::Child& child);
  void readLog(std::string_view piece);
  void died(process::ExitStatus status, std::string cannotStart);
  void wake() const;

  bus::BusThread& bus_;
  const IsolatedConfig config_;
  base::Pipe wake_;
  std::shared_ptr<Leash> leash_ = std::make_shared<Leash>();

  std::mutex mutex_;  // guards the next five
  std::condition_variable changed_;
  Death death_;
  Error cut_;
  bool killed_ = false, dead_ = false;

  process::Tail output_;  // the thread's, like the next three
  std::string logLine_;
  bus::Allowance logLines_{1000, 200};
  std::uint64_t unlogged_ = 0;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace fleetd::plugin
