// What hosts say about how other tools deploy them.
#pragma once
#include <vector>

#include "kernel/cli/operations.hpp"
#include "kernel/deploy/colmena_keys.hpp"

namespace fleetd::cli {

// What colmena would send to a host of a hive apart from its system; nothing for other hosts. Error FL0853.
Result<std::vector<deploy::ColmenaKey>> colmenaKeysOf(Context& cx, const fleet::Host& host);

// FL0854 for settings of colmena and deploy-rs that mean something else than what happens here.
void warnOfOtherTools(Context& cx, const fleet::Host& host);

}  // namespace fleetd::cli
