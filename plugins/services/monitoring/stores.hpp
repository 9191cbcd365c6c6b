// What the server runs: stores of measurements and logs, the gate in front of them, pictures.
#pragma once
#include <string>

#include <fleet/cxx/contribution.hpp>

namespace monitoring {

void stores(fleet::Contribution& out);
void gate(const std::string& host, fleet::Contribution& out);
void grafana(const std::string& host, fleet::Contribution& out);

}  // namespace monitoring
