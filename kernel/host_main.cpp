// The entry point of the fleet-plugin-host executable.
#include "kernel/plugin/isolated_main.hpp"

int main() { return fleetd::plugin::runPluginHost(); }
