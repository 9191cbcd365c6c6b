// lib.types as the language sees it.
#pragma once
#include "kernel/compose/model.hpp"

namespace fleetd::compose {

// The types without parameters; first thing of a new Compose.
void makeSimpleTypes(Compose& c);
// The modules that every evaluation starts with; needs the simple types.
void makeInternalModules(Compose& c);
Value makeTypesSet(Compose& c);

}  // namespace fleetd::compose
