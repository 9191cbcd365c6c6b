// A deployment as commands see it: settings from the command line, progress, the record, the table at the end.
#pragma once
#include <vector>

#include "kernel/cli/operations.hpp"
#include "kernel/deploy/deployment.hpp"

namespace fleetd::cli {

// From --goal, --confirm-timeout, --activation-timeout, --health-check, --ignore-failed-units, --sudo, --max-parallel
// and
// --max-failures. Error FL0903.
Result<deploy::DeploySettings> deploySettings(Context& cx);

// Brings the targets to their paths, records it, reports it, and gives the exit code. `meant` has what belongs to each
// target, at the same index.
int deployTargets(Context& cx, Operation& operation, deploy::Ssh& ssh, const std::vector<deploy::Target>& targets,
                  const std::vector<const Meant*>& meant, const deploy::DeploySettings& settings);

}  // namespace fleetd::cli
