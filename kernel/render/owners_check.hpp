// Owners of secrets that a host does not have.
#pragma once
#include "kernel/base/diagnostic.hpp"
#include "kernel/fleet/configuration.hpp"

namespace fleetd::render {

// FL0742 for owners and groups of deployed secrets that are no user or group of the host. An error where everything
// that makes users can be seen; a warning where a service of the platform might; nothing where modules of the host
// could not be read, or its users are not known.
void checkOwners(lang::Evaluator& ev, fleet::ComposedHost& composed, Diagnostics& diagnostics);

}  // namespace fleetd::render
