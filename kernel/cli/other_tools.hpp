// What hosts say about how other tools deploy them.
#pragma once
#include <vector>

#include "kernel/cli/operations.hpp"
#include "kernel/deploy/colmena_keys.hpp"

namespace fleetd::cli {

enum class Telling : bool { No, Yes };

// What colmena would send to a host of a hive apart from its system; nothing for other hosts. With Telling::Yes
// settings of colmena and deploy-rs that mean something else than what happens here are warned of (FL0854). Error
// FL0853.
Result<std::vector<deploy::ColmenaKey>> colmenaKeysOf(Context& cx, const fleet::Host& host, Telling telling);

}  // namespace fleetd::cli
