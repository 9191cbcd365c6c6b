// lib: nixpkgs' library, native. Evaluator::lib() is the plain one; this is what else there is of it.
//
// lib is a set of thunks, a family of members each (names.txt). A family comes from a Nix text in the binary,
// parsed when one of its members is first needed, from C++ (natives_*.cpp), from builtins, and from parts
// that higher layers provide (Evaluator::setLibPart).
#pragma once
#include "kernel/lang/evaluator.hpp"

namespace fleetd::lang {

// lib as home-manager's modules get it, with `lib.hm`. One value an evaluator.
Value homeLib(Evaluator& ev);

// While a part of lib is being made: the lib it belongs to, extensions included (it may be a thunk).
// Otherwise Evaluator::lib().
Value libOfPart(Evaluator& ev);

}  // namespace fleetd::lang
