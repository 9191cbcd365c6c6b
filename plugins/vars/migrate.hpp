// Moving a fleet's secrets from one store to another.
#pragma once
#include "plugins/vars/request.hpp"

namespace fleetd::vars {

// The verb `migrate`: copies every secret of generators, and machines' keys, from the store `from` into the store `to`
// of the request's settings, all in one change, and reads each of them back. What is there already and is the same
// stays; what differs is a problem, and nothing is written then. With `remove` what is the same in both goes from the
// first one. Errors: VARS95, and those of the stores.
fleet::Result<fleet::Value> migrate(Request& request, const fleet::Value& value);

}  // namespace fleetd::vars
