// Doing something again whenever a file of the fleet changes.
#pragma once
#include <functional>

namespace fleetd::cli {

class Context;

// Runs `once`, each time in a context of its own, now and after every change below the fleet and the directories that
// replace inputs. Ends with the last exit code when nobody reads the output any more, or by an interrupt.
int watchFleet(Context& cx, const std::function<int(Context&)>& once);

}  // namespace fleetd::cli
