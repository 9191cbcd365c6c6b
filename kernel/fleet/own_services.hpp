// Services written in the fleet's own modules, as they describe themselves.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/base/json.hpp"
#include "kernel/fleet/fleet.hpp"

namespace fleetd::fleet {

// Names in `clan.modules`, sorted. Thread: the fleet's.
std::vector<std::string> ownServices(Fleet& fleet);

// {service, description, categories, exports, roles: {name: {description, settings}}} with settings as JSON Schema.
// What is no data, as a default that depends on a machine, is left out. An empty object after findings.
base::Json describeOwnService(Fleet& fleet, const std::string& name, base::Diagnostics& diagnostics);

}  // namespace fleetd::fleet
