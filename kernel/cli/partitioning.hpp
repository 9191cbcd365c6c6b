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
// Writes them below `directory`, which is in memory and the operator's own. Whoever calls removes it. Errors: FL0723
// for a directory on a disk, those of the plugin, VARS61 for a value that is not there.
Result<void> writePartitioningFiles(Context& cx, const fleet::Host& host, const std::string& directory);

}  // namespace fleetd::cli
