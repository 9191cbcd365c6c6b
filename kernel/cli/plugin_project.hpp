// The commands for people who write plugins: `fleetd plugin new` and `fleetd plugin check`.
#pragma once

namespace fleetd::cli {

class Context;

int runPluginNew(Context& cx);
int runPluginCheck(Context& cx);
// What `plugin check` starts in a process of its own: loads one library, calls it and writes records to standard
// output.
int runPluginProbe(Context& cx);

}  // namespace fleetd::cli
