// Types whose values are evaluations of their own: submodule, deferredModule.
#pragma once
#include <span>

#include "kernel/compose/type.hpp"

namespace fleetd::compose {

Value mergeDeferred(Type* type, const Loc* loc, std::span<Def> defs);
Value emptySubmodule(Type* type);  // the configuration of no definitions at all
Value mergeSubmoduleTypes(Type* a, Type* b);
// The options of a submodule (or of a deferred module's static modules) below `prefix`, for documentation.
Value documentedOptions(Type* type, const Loc* prefix);
// The freeform type of a submodule's own modules: a type, Null, or *error.
Value submoduleFreeform(Type* type, Value* error);
bool hasSubModules(Type* type, Value* error);
// The evaluation as the language sees it: { config, options, … }.
Value submoduleResult(Type* type, const Loc* loc, std::span<Def> defs, Value* error);

}  // namespace fleetd::compose
