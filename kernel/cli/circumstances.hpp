// Who deploys, when, and from which commit.
#pragma once
#include <cstdint>
#include <string>

namespace fleetd::cli {

std::int64_t secondsSinceEpoch();
// "2026-11-27 13:05", local time.
std::string timeText(std::int64_t seconds);
std::string whoDeploys();  // user@machine
// Commit of the fleet, "-dirty" behind it; empty outside of git. Thread: any.
std::string revisionOf(const std::string& root);

}  // namespace fleetd::cli
