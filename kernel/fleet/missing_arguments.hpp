// Arguments of modules that nobody passes.
#pragma once
#include "kernel/base/diagnostic.hpp"
#include "kernel/fleet/host.hpp"
#include "kernel/lang/evaluator.hpp"

namespace fleetd::compose {
struct Evaluation;
}

namespace fleetd::fleet {

// FL0519, once for each place, for arguments that modules of a composed host asked for and that are nowhere; nothing
// where a module that cannot be read may define them.
void tellMissingArguments(lang::Evaluator& ev, const compose::Evaluation& evaluation, const Host& host,
                          base::Diagnostics& diagnostics);

}  // namespace fleetd::fleet
