// `fleetd explain CODE`: what a message means.
#pragma once
#include "kernel/cli/context.hpp"

namespace fleetd::cli {

// The only word has the form of a code ("FL0412", "fl412" is none).
bool looksLikeCode(const Arguments& args);
int explainCode(Context& cx);

}  // namespace fleetd::cli
