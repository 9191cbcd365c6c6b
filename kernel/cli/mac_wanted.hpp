// What the configuration of a Mac says of things that its first activation could stumble over.
#pragma once
#include "kernel/cli/context.hpp"
#include "kernel/deploy/mac.hpp"

namespace fleetd::cli {

// With what darwin.json of the machine says, as the build tree has it. Error FL0848.
Result<deploy::MacWanted> macWanted(Context& cx, const fleet::Host& host);

}  // namespace fleetd::cli
