// What the verbs of `fleetd network` have in common, and each of them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/cli/context.hpp"
#include "kernel/deploy/networks.hpp"

namespace fleetd::cli {

// One address of one machine in one network.
struct Way {
  const deploy::Network* network = nullptr;
  std::string machine;
  deploy::Address address;
  bool device = false;  // no machine of the fleet: nobody asks it for an ssh server
};

// The networks that are meant and the ways in them, for the machines that were named or all of them.
struct Ways {
  std::vector<deploy::Network> networks;
  std::vector<std::string> machines;  // those that were named, devices among them
  std::vector<Way> all;               // to machines
  std::vector<Way> devices;           // to what is no machine

  bool meant(const std::string& machine) const;
};
enum class Devices : std::uint8_t { Refuse, Take };
// Opens the fleet. Errors: FL0880, FL0903 a device where machines are asked, those of Fleet::findHost. Findings about
// addresses go to the context.
Result<Ways> openWays(Context& cx, Devices devices);

// The error about a name that is no host, where it may be one of a device that was mistyped.
Error withDevices(const fleet::Fleet& fleet, const std::vector<deploy::Network>& networks, std::string_view name,
                  Error error);

// Says why there is little to see: no network, or addresses that are not generated yet.
void tellMissing(Context& cx, const Ways& ways);

int listWays(Context& cx);
int pingWays(Context& cx);
int overviewWays(Context& cx);
int printHosts(Context& cx);
int printSshConfig(Context& cx);
int drawNetworks(Context& cx);
int connectThroughProxy(Context& cx);

}  // namespace fleetd::cli
