// The program fleet-plugin-host: one plugin in a process of its own.
#pragma once

namespace fleetd::plugin {

// Reads what it is to do on standard input, gives up what a plugin needs not have, serves the plugin. What plugins log
// goes to standard output, a digit for the level and a line; what they print goes to standard error. Returns the exit
// status: 2 when it was not fleetd that started it.
int runPluginHost();

}  // namespace fleetd::plugin
