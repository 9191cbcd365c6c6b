// Files of a machine in a clan's layout: what belongs to it alone, and links that let it read what others own.
#pragma once
#include <string>
#include <vector>

namespace fleetd::cli {

struct MachineFiles {
  std::vector<std::string> own;    // files and directories of the machine alone; sorted, relative to the directory
  std::vector<std::string> links;  // symbolic links called like the machine in a directory `machines`; the same
};

// `others` are the fleet's machines: a secret of theirs may begin with this machine's name.
MachineFiles filesOfMachine(const std::string& directory, const std::string& name,
                            const std::vector<std::string>& others);

// A path of one of `own` with the machine's new name.
std::string renamedPath(const std::string& path, const std::string& name, const std::string& newName);

}  // namespace fleetd::cli
