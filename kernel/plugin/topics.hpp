// Topics of the bus: names, and the prefixes a manifest lists.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace fleetd::plugin {

// [a-z0-9.-/], 1 to FLEET_MAX_TOPIC bytes.
bool isTopic(std::string_view text);

// Whether one of the prefixes is the topic, or ends in it before a `.` or `/`: "fleet.progress" covers
// "fleet.progress/1" and not "fleet.progression".
bool coversTopic(const std::vector<std::string>& prefixes, std::string_view topic);

}  // namespace fleetd::plugin
