// Comparing topics.
#include "kernel/plugin/topics.hpp"

#include <algorithm>

#include <fleet/types.h>

namespace fleetd::plugin {

bool isTopic(std::string_view text) {
  return !text.empty() && text.size() <= FLEET_MAX_TOPIC && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/';
  });
}

bool coversTopic(const std::vector<std::string>& prefixes, std::string_view topic) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
    if (prefix.empty() || !topic.starts_with(prefix)) return false;
    return topic.size() == prefix.size() || topic[prefix.size()] == '.' || topic[prefix.size()] == '/';
  });
}

}  // namespace fleetd::plugin
