// Channels in the build tree, and what is to be said about them.
#pragma once
#include <string>

#include "kernel/base/diagnostic.hpp"
#include "kernel/fleet/channels.hpp"
#include "kernel/fleet/fleet.hpp"

namespace fleetd::render {

// fleetd/channels.nix: arguments for lib/channels.nix.
std::string channelsText(const fleet::Channels& channels);

// Why a fallback is not needed any more, as far as the repository tells; empty while it is. Thread: the fleet's.
std::string notNeeded(const fleet::Fleet& fleet, const fleet::Channels& channels, const fleet::Fallback& fallback);
// "2026-11-27", in UTC.
std::string today();

// Fallbacks that have expired (FL0835) or are not needed (FL0836), packages that more than one overlay changes
// (FL0837), inputs that the flake does not have (FL0834). Thread: the fleet's.
void checkChannels(fleet::Fleet& fleet, const fleet::Channels& channels, base::Diagnostics& diagnostics);

}  // namespace fleetd::render
