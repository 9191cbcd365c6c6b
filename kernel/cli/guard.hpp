// The one place where exceptions of the language and its library end: no memory, and whatever must not happen.
#pragma once
#include <functional>

#include "kernel/cli/output.hpp"

namespace fleetd::cli {

// The body's exit code; kEnvironment after a report when memory ran out, kInternal for any other exception.
int guarded(Output& out, const std::function<int()>& body) noexcept;

}  // namespace fleetd::cli
