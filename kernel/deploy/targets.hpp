// Targets: where the hosts of a fleet are reached, and what they are to run.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/deploy/address.hpp"
#include "kernel/fleet/composed_host.hpp"
#include "kernel/render/workspace.hpp"

namespace fleetd::deploy {

struct Reach {
  Address address;
  std::string from;  // what said so: "inventory", "deployment.targetHost", …
};

// In this order: `deploy.targetHost` of the machine in the inventory, `deployment.targetHost` of a colmena host,
// `clan.core.networking.targetHost`, `deploy.nodes.<host>.hostname` of deploy-rs, root@<networking.fqdn> where a domain
// is set; for a home called user@machine, that machine's. Errors: FL0813, FL0814. Thread: the fleet's.
Result<Reach> reachOf(render::Workspace& workspace, const fleet::Host& host, fleet::ComposedHost& composed);

// Whether a host is deployed to only when it is named (`clan.core.deployment.requireExplicitUpdate`).
bool onlyWhenNamed(render::Workspace& workspace, fleet::ComposedHost& composed);

}  // namespace fleetd::deploy
