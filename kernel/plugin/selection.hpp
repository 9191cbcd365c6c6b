// Which plugins each host gets, from data, and the order in which they work.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/plugin/manifest.hpp"

namespace fleetd::plugin {

// What a host selects.
struct HostPlugins {
  std::string host, hostClass;
  std::vector<std::string> ids;  // in any order; a repeated id counts once
  Span place;                    // where the selection is written, if known
};

// Does the set of one host fit together: classes (FL0321), required plugins (FL0322)? `manifests` are those
// of its known ids.
void checkSelection(const HostPlugins& host, const std::vector<const Manifest*>& manifests, Diagnostics& diagnostics);

// Ids so that a plugin comes after those that write what it reads or declares; equal ones by id; platforms
// last. Error FL0323 names the plugins of a circle.
Result<std::vector<std::string>> workOrder(const std::vector<const Manifest*>& manifests);

}  // namespace fleetd::plugin
