// What plugins set, as modules the evaluator can use.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/lang/evaluator.hpp"
#include "kernel/plugin/fragment.hpp"

namespace fleetd::render {

// A module with the definitions of a fragment, with priorities, orders and conditions as they are. The same text is
// what the host's generated module holds, so both mean the same. Error FL0310.
Result<lang::Value> fragmentModule(lang::Evaluator& ev, const plugin::Fragment& fragment);

}  // namespace fleetd::render
