// The build tree: the fleet's own files and the generated flake around them.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "kernel/render/host_files.hpp"
#include "kernel/render/tree.hpp"

namespace fleetd::render {

struct BuildTree {
  std::string root;                    // absolute
  std::vector<std::string> generated;  // relative paths of what fleetd made, sorted
  std::size_t sources = 0;             // files of the fleet in it
  TreeCounts counts;
};

// Where the tree of a fleet is unless a place is named: $XDG_STATE_HOME/fleetd/<fleet>/tree. Error FL0903 without a
// home.
Result<std::string> defaultTree(const std::string& fleetName);

// Writes the tree into the directory `out`, absolute. Notes about files left out go to `diagnostics`. `hostFiles` is
// what HostFiles::files gave. Errors: FL0002 to FL0004, FL0007, FL0802 to FL0804, FL0807; what was written before is
// then old or new, file by file, and the next run completes it.
Result<BuildTree> writeBuildTree(fleet::Fleet& fleet, std::vector<GeneratedFile> hostFiles, const std::string& out,
                                 Diagnostics& diagnostics);

}  // namespace fleetd::render
