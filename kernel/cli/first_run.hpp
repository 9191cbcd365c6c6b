// The first look at a repository: what it is, and what to do next.
#pragma once
#include <cstddef>

#include "kernel/cli/context.hpp"

namespace fleetd::cli {

struct FirstLook {
  std::size_t definitions = 0, unknown = 0;  // of all hosts
  bool errors = false;                       // the next thing to see to
  bool ungenerated = false;                  // generators have not made all their values
};

// For those who never built it, as a message: the kind that was found, where its hosts come from, how much of what they
// define is known, and one next step.
void printFirstRun(Context& cx, const fleet::Fleet& fleet, const FirstLook& look);

}  // namespace fleetd::cli
