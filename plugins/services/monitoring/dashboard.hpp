// What Grafana shows of the fleet at first.
#pragma once
#include <fleet/cxx/text.hpp>

namespace monitoring {

// A directory with one dashboard.
fleet::Expr dashboards();

}  // namespace monitoring
