// What `fleetd vars` does, as requests and answers (docs/sdk/vars.md). Values never travel in them.
#pragma once
#include <fleet/cxx/result.hpp>
#include <fleet/cxx/value.hpp>

namespace fleetd::vars {

// request := { verb, fleet, machines: { name -> generators }, … }. The answer is a map; what it has depends on the
// verb, `commits` are files to commit together. Errors: those of the store.
fleet::Result<fleet::Value> runRequest(const fleet::Value& request);

}  // namespace fleetd::vars
