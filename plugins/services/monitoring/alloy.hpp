// The configuration of Grafana Alloy on clients.
#pragma once
#include <string>

#include <fleet/cxx/text.hpp>

#include "plugins/services/monitoring/settings.hpp"

namespace monitoring {

fleet::Text alloyConfig(const ClientSettings& settings, const std::string& machine, const std::string& server);

}  // namespace monitoring
