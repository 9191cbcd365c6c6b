// Activation: a system on a host is switched to, confirmed over a new connection, and taken back by the host itself
// when it is not.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/deploy/ending.hpp"
#include "kernel/deploy/health.hpp"
#include "kernel/deploy/ssh.hpp"

namespace fleetd::deploy {

enum class Goal : std::uint8_t { Switch, Boot, Test, DryActivate, Reboot };
std::string_view goalName(Goal goal);  // "switch", "boot", "test", "dry-activate", "reboot"

struct ActivationSettings {
  Goal goal = Goal::Switch;
  unsigned confirmSeconds = 60;                          // within which the host must be reached anew
  unsigned activateSeconds = 600;                        // an activation may take
  bool checkUnits = true;                                // units that fail newly take the system back
  std::vector<HealthCheck> health;                       // all must hold before the host is told to keep it
  bool switchChecks = true;                              // what the system itself looks at before it is switched to
  bool wayBack = true;                                   // also after a boot; else that is the operator's business
  bool sudo = false;                                     // become root with sudo
  std::shared_ptr<const process::Secret> password = {};  // what sudo asks for; null: it asks for nothing
};

// The command as root runs it: as it is, or through sudo; with a password its call has that as `secret`.
Ssh::Call asRoot(const std::string& command, const Address& address, const ActivationSettings& settings);

// Looks whether all of `settings.health` holds, over new connections. What does not, or nothing. `name` is the host's
// in the fleet.
std::optional<std::string> unhealthy(Ssh& ssh, const Address& address, const std::string& klass,
                                     const std::string& name, const ActivationSettings& settings);

// Whether a class can do it at all. Error FL0823.
Result<void> checkGoal(Goal goal, const std::string& klass, const std::string& host);

// Whether this host can return by itself after it has booted what it is to boot; asked of hosts that boot only. Errors:
// FL0844, those of Ssh::run.
Result<void> checkWayBack(Ssh& ssh, const Address& address, const std::string& klass, const std::string& host,
                          const ActivationSettings& settings);
Error noWayBack(const std::string& host, const std::string& why);  // FL0844

// What a host is told to bring itself to.
struct Order {
  std::string klass, host;      // by its name in the fleet
  std::string path;             // the system
  std::int64_t generation = 0;  // one that exists; 0: a new one
  std::string id;               // names it on the host; never used twice
  std::string boot;             // the start of the host in which it was asked what it runs, see Probe
};

struct Activated {
  Ending ending = Ending::Failed;
  std::optional<Error> error;  // unless it is Deployed
};

// Starts it and sees it through, a reboot with a way back included; `step` hears "rebooting" and "confirming". What
// comes back says what the host runs: where a connection ended in the middle, the host is asked, and where it does not
// know, nobody does. Errors: FL0819 to FL0822, FL0824, FL0829, FL0846, and those of ssh where nothing was started.
Activated activate(Ssh& ssh, const Address& address, const Order& order, const ActivationSettings& settings,
                   const std::function<void(std::string_view)>& step);

}  // namespace fleetd::deploy
