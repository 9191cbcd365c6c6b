// A deployment as commands see it: settings from the command line, progress, the record, the table at the end.
#pragma once
#include <string_view>
#include <vector>

#include "kernel/cli/interrupt.hpp"
#include "kernel/cli/operations.hpp"
#include "kernel/deploy/deployment.hpp"
#include "kernel/render/selection.hpp"

namespace fleetd::cli {

// From --goal, --confirm-timeout, --activation-timeout, --health-check, --ignore-failed-units, --no-switch-check,
// --sudo,
// --max-parallel and --max-failures. Errors FL0847, FL0903.
Result<deploy::DeploySettings> deploySettings(Context& cx);

// Whether the goal can be reached on such a host, and whether it could return by itself, as far as its configuration
// tells: without asking it. Errors FL0823, FL0844.
Result<void> wayBackOf(Context& cx, const fleet::Host& host, const deploy::DeploySettings& settings);

// What the fleet itself declares for a host, as `healthChecks` of its output `fleet` or of fleet.json. Error FL0847.
Result<std::vector<deploy::HealthCheck>> healthChecksOf(const fleet::Host& host, const deploy::DeploySettings& settings,
                                                        const render::Lists& declared);

// FL0845 for options of disks that differ from what was deployed last.
void warnOfDisks(Context& cx, const fleet::Host& host, std::string_view before, std::string_view after);

// Brings the targets to their paths, records it, reports it, and gives the exit code. `meant` has what belongs to each
// target, at the same index. After an interrupt no host is begun, and those that are being activated come to their end;
// `interrupts` outlives the operation, whose connections are to be ended before the process is.
int deployTargets(Context& cx, Operation& operation, StopOnInterrupt& interrupts, deploy::Ssh& ssh,
                  const std::vector<deploy::Target>& targets, const std::vector<const Meant*>& meant,
                  const deploy::DeploySettings& settings);

}  // namespace fleetd::cli
