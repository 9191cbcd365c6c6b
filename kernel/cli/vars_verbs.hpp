// Verbs of `fleetd vars` with files of their own. The fleet is open.
#pragma once
#include <string>

#include "kernel/cli/context.hpp"

namespace fleetd::cli {

int pruneVars(Context& cx);
int moveVars(Context& cx, const std::string& verb);  // export, import
int uploadVars(Context& cx);
// `fleetd deploy --goal upload-keys`: the same for all hosts that are meant; nothing is built or activated.
int uploadKeys(Context& cx);
int migrateVars(Context& cx);

}  // namespace fleetd::cli
