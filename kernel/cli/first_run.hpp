// The first look at a repository: what it is, and what to do next.
#pragma once
#include <cstddef>

#include "kernel/cli/context.hpp"

namespace fleetd::cli {

// For those who never built it, as a message: the kind that was found, where its hosts come from, how much of what they
// define is known, and one next step, unless `errors` are the next thing to see to.
void printFirstRun(Context& cx, const fleet::Fleet& fleet, std::size_t definitions, std::size_t unknown, bool errors);

}  // namespace fleetd::cli
