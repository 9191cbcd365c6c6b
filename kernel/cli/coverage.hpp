// What `fleetd check --coverage` prints beside the rest.
#pragma once
#include "kernel/cli/context.hpp"
#include "kernel/fleet/coverage.hpp"

namespace fleetd::cli {

void printCoverage(Context& cx, const fleet::Coverage& coverage);
// The member "coverage" of the object that is being written.
void writeCoverage(Context& cx, base::JsonWriter& json, const fleet::Coverage& coverage);

}  // namespace fleetd::cli
