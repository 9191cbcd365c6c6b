// What scripts of generators need: packages from Nix, and a sandbox.
#pragma once
#include "kernel/cli/context.hpp"
#include "kernel/plugin/sdk.hpp"
#include "kernel/process/script_sandbox.hpp"

namespace fleetd::cli {

// Prepares the scripts that the request `generate` would run and adds them to it; what keeps them from running is added
// in their place, so that other generators still run. The sandbox lives until the request is answered. Errors: the
// plugin's.
Result<process::ScriptSandbox> addScripts(Context& cx, sdk::Attrs& request);

}  // namespace fleetd::cli
