// The machine that an installation erases: what the fleet wants of it, and what it says of itself beforehand.
#pragma once
#include <string>

#include "kernel/cli/operations.hpp"
#include "kernel/deploy/hardware.hpp"

namespace fleetd::cli {

// Disks, boot loader and platform that the configuration has.
deploy::Wanted wantedHardware(Context& cx, const fleet::Host& host, fleet::ComposedHost& composed);

// Asks the machine before it is erased. What it is, for whoever has to say yes: "is called db1 and runs Debian 12";
// empty when it does not let us ask, for an installer may want a password that only nixos-anywhere asks for. Error
// FL0842: it does not run Linux, it runs what was deployed to another host of the fleet, or `disks` are not there.
Result<std::string> lookAtTarget(Context& cx, Operation& operation, const Meant& one,
                                 const std::vector<std::string>& disks);

}  // namespace fleetd::cli
