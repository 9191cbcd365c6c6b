// Probe: what a host says of itself.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/deploy/ssh.hpp"

namespace fleetd::deploy {

// Texts are empty, numbers 0, when the host did not say.
struct Probe {
  std::string system, booted, profile;  // store paths; profile is what the next boot gets
  std::string trial;                    // what the next boot tries first, and keeps only when it is well
  std::string generation;               // of the profile
  std::string kernel, machine;          // "Linux", "x86_64"
  std::string nixStore;                 // path of the program
  std::string user;
  std::string boot;     // which start of the host this is; another text after each
  bool hasKey = false;  // the key that its secrets are encrypted for; false as well when the user may not look
  std::string reboot;   // the part that differs between what was booted and what runs: "kernel", "initrd"
  std::int64_t now = 0;
  std::vector<std::string> failedUnits;
  std::map<std::string, int> diskUsed;  // mount -> percent
  std::string lastActivation;           // the state of the newest one, "DONE"
};

struct Generation {
  std::int64_t number = 0;
  std::int64_t made = 0;  // seconds since 1970
  bool selected = false;
  bool running = false;
  std::string path;
};

// Reads what status.sh prints. Lines that are not understood are passed over; values that are no store path where one
// belongs are dropped.
Probe readProbe(std::string_view text);
std::vector<Generation> readGenerations(std::string_view text);  // by number

// What is asked: all of it, or what decides whether there is something to deploy, for which a host starts next to
// nothing (system, booted, profile, trial, kernel, machine, nixStore, boot, hasKey).
enum class Asking : bool { Everything, Brief };
// Errors: those of Ssh::run; FL0815 when the answer is none.
Result<Probe> probe(Ssh& ssh, const Address& address, const std::string& klass, Asking asking);
Result<std::vector<Generation>> generations(Ssh& ssh, const Address& address, const std::string& klass);

// Where a host keeps what is said about activations.
std::string activationDirectory(std::string_view klass);

}  // namespace fleetd::deploy
