// Secrets on their way to a machine.
#pragma once
#include "plugins/vars/request.hpp"

namespace fleetd::vars {

// The verb `upload`: writes a tar archive for `machine` to the request's descriptor, in this process: key.txt, and
// below activation/ what is needed before services start; with `everything` all that the machine gets, by phase; with
// `phase` the files of that one, and no key.
// Whoever reads the other end has to do so meanwhile. Errors: VARS37, VARS61 for a value that is missing, VARS94.
fleet::Result<fleet::Value> upload(const Request& request, const fleet::Value& value);

}  // namespace fleetd::vars
