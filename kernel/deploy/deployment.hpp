// Deployment: systems on their way to hosts, in waves, with what became of each.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/fd.hpp"
#include "kernel/base/result.hpp"
#include "kernel/deploy/activation.hpp"
#include "kernel/deploy/colmena_keys.hpp"
#include "kernel/deploy/ending.hpp"
#include "kernel/deploy/mac.hpp"
#include "kernel/deploy/probe.hpp"
#include "kernel/deploy/ssh.hpp"

namespace fleetd::deploy {

// The key a machine reads its secrets with, in a pipe: it never is in our memory.
struct MachineKey {
  base::UniqueFd pipe;
  std::string directory = "/var/lib/sops-nix";  // where it goes on the host; nothing a shell would take apart
  std::optional<Error> missing;                 // why there is none; only an error when the host needs it
};

struct Target {
  std::string klass, name;
  Address address;
  std::string path;                      // what it is to run
  std::int64_t generation = 0;           // one that exists; 0: a new one
  std::shared_ptr<MachineKey> key = {};  // for a host that has none yet; null: it needs none
  bool canary = false;                   // goes before all others
  bool last = false;                     // goes after all others, alone
  std::vector<HealthCheck> health = {};  // besides those of all
  std::optional<MacWanted> mac = {};     // of a Mac
  // Brings values that the host cannot decrypt itself; true: others than before. Any thread.
  std::function<Result<bool>()> bringValues = {};
  std::vector<ColmenaKey> keys = {};  // of a host in a hive
};

struct Ended {
  Ending ending = Ending::NotReached;
  std::string previous;  // what it ran before; empty when not known
  std::optional<Error> error;
  std::vector<std::string> lost;  // settings of Nix that a Mac had, and has no more
  std::int64_t milliseconds = 0;
};

struct DeploySettings {
  ActivationSettings activation;
  unsigned parallel = 8;
  unsigned maxFailures = 1;  // after so many no further host is begun; 0: all are tried
  bool verify = true;        // ask the host at the end what it runs
  // Once it can be read from no host is begun and no copy goes on; what is being activated is brought to its end.
  int stopFd = -1;
};

// Whether a `stopFd` asks to stop.
bool isAskedToStop(int stopFd);

// Told from any thread, one call at a time: "asking", "copying", "activating", and at the end the ending's name.
using OnStep = std::function<void(const Target& target, std::string_view step)>;
// The same, once a host has ended.
using OnEnd = std::function<void(std::size_t index, const Ended& ended)>;

// Brings every target to its path. Hosts that run it already are left alone, so that a run which was cut off is
// continued by running again. The result has the order of the targets.
std::vector<Ended> deployAll(Ssh& ssh, const std::vector<Target>& targets, const DeploySettings& settings,
                             const OnStep& onStep, const OnEnd& onEnd);

}  // namespace fleetd::deploy
