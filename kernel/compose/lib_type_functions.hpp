// The members of lib.types that are functions.
#pragma once
#include <string_view>
#include <vector>

#include "kernel/compose/type.hpp"

namespace fleetd::compose {

void addTypeFunctions(Compose& c, std::vector<Attr>& items);
// One of them by name ("listOf", "ints.between").
Value typeFunction(Compose& c, std::string_view name);
// lib_types.cpp: bool, numbers, strings, paths, lists and sets of themselves; null too if `nullable`.
Type* serializable(Compose& c, std::string_view format, bool nullable);

}  // namespace fleetd::compose
