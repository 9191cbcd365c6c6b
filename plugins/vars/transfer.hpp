// Values out of a store and into one.
#pragma once
#include "plugins/vars/request.hpp"

namespace fleetd::vars {

// The verb `export`: everything below vars/, encrypted for `recipients`; the answer's `archive`. Errors: VARS85,
// VARS95.
fleet::Result<fleet::Value> exportValues(Request& request, const fleet::Value& value);
// The verb `import` of `archive`: everything is looked at first, then written; with problems nothing is. What nothing
// declares is passed over and told; values that differ need `replace`.
fleet::Result<fleet::Value> importValues(Request& request, const fleet::Value& value);

}  // namespace fleetd::vars
