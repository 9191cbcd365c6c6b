// The configuration of Grafana Alloy on clients.
#pragma once
#include <string>

#include <fleet/cxx/text.hpp>

#include "plugins/services/monitoring/settings.hpp"

namespace monitoring {

// Who sends to the stores, with a password for each.
inline constexpr const char* kUser = "alloy";

fleet::Text alloyConfig(const ClientSettings& settings, const std::string& server);

}  // namespace monitoring
