// Whether values are there and encrypted for those who should read them.
#pragma once
#include "plugins/vars/request.hpp"

namespace fleetd::vars {

// The verb `check`: a problem for each value that is missing, stale or encrypted for others.
fleet::Result<fleet::Value> check(const Request& request);
// The verb `fix`: encrypts again what is not encrypted for exactly its readers, values unchanged.
fleet::Result<fleet::Value> fix(Request& request);

}  // namespace fleetd::vars
