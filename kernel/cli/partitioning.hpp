// Secrets that a machine needs while its disks are made: they are brought by whoever installs it, and by nobody later.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/fleet/composed_host.hpp"

namespace fleetd::cli {

struct PartitioningFile {
  std::string id;         // "disk/passphrase", for people
  std::string onMachine;  // "/run/partitioning-secrets/per-machine/web/disk/passphrase"
  std::string
      relative;  // where it is below the directory of the operator: "partitioning/per-machine/web/disk/passphrase"
};

// Those that the configuration declares: secret, deployed, neededFor = "partitioning".
std::vector<PartitioningFile> partitioningFiles(Context& cx, const fleet::Host& host, fleet::ComposedHost& composed);
// Writes what a machine needs for a phase (partitioning, activation) below `directory`/<phase>, or without a phase what
// an upload brings; the directory is in memory and the operator's own, and whoever calls removes it. Errors: FL0723 for
// a directory on a disk, those of the plugin, VARS61 for a value that is not there.
Result<void> writeSecretsOf(Context& cx, const fleet::Host& host, const std::string& phase,
                            const std::string& directory);

}  // namespace fleetd::cli
