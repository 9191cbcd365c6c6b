// InventoryCheck: everything an inventory says, held to its types. Reading an inventory evaluates only what it needs,
// so a field that nobody has read yet may still be of a wrong kind.
#pragma once
#include <functional>
#include <string>

#include "kernel/base/diagnostic.hpp"
#include "kernel/fleet/fleet.hpp"
#include "kernel/fleet/instances.hpp"

namespace fleetd::fleet {

// The error at a place that somebody wrote: what happened inside of fleetd's own Nix text is told at `around`.
base::Diagnostic placedDiagnostic(lang::Evaluator& ev, const lang::EvalError& error, Span around);

// The first mistake in a value and all it holds; null when there is none. Parts without a value, and those that fail by
// `throw`, are their readers' affair: a default may say that the option has to be set.
lang::Value mistakeIn(lang::Evaluator& ev, lang::Value value);

// Whether a text is an address of a machine; the error says why not.
using AddressCheck = std::function<Result<void>(const std::string& text)>;

// Tells of names that nothing reads and of values of a wrong kind. Thread: the fleet's.
void checkInventory(Fleet& fleet, const Inventory& inventory, const AddressCheck& address,
                    base::Diagnostics& diagnostics);

}  // namespace fleetd::fleet
