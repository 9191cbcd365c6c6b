// Targets: where the hosts of a fleet are reached, and what they are to run.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/deploy/address.hpp"
#include "kernel/deploy/networks.hpp"
#include "kernel/fleet/composed_host.hpp"
#include "kernel/render/workspace.hpp"

namespace fleetd::deploy {

struct Reach {
  Address address;
  std::string from;                     // what said so: "inventory", "network home (wireguard)", …
  std::vector<std::string> tried = {};  // better ones that did not answer, each with the reason
};

// Where a host may be reached, the best first. `deploy.targetHost` of the machine in the inventory is the only one
// where it is set; else `deployment.targetHost` of a colmena host; else the networks that services export, by priority,
// then `clan.core.networking.targetHost`, `deploy.nodes.<host>.hostname` of deploy-rs, root@<hostName>.<domain> where a
// domain is set. For a home called user@machine, that machine's. Errors: FL0813, FL0814. Thread: the fleet's.
Result<std::vector<Reach>> reachesOf(render::Workspace& workspace, const std::vector<Network>& networks,
                                     const fleet::Host& host, fleet::ComposedHost& composed);

// Whether a host is deployed to only when it is named (`clan.core.deployment.requireExplicitUpdate`).
bool onlyWhenNamed(render::Workspace& workspace, fleet::ComposedHost& composed);

}  // namespace fleetd::deploy
