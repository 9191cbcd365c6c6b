// Whether what a fallback replaces is in a binary cache by now.
#pragma once
#include <string>
#include <vector>

#include "kernel/cli/context.hpp"
#include "kernel/fleet/channels.hpp"

namespace fleetd::cli {

// For each fallback: empty, or which cache has the default channel's package for all hosts that it is for. Caches are
// those of --cache, else those Nix is configured with. What could not be asked goes to the context (FL0850).
std::vector<std::string> cachedMeanwhile(Context& cx, const fleet::Channels& channels,
                                         const std::vector<const fleet::Fallback*>& fallbacks);

}  // namespace fleetd::cli
