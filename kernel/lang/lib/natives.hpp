// Members of lib written in C++: the hot ones, and those that keep more knowledge about unknown values than
// their text would.
#pragma once
#include <span>
#include <string_view>

#include "kernel/lang/prims/support.hpp"
#include "kernel/lang/value.hpp"

namespace fleetd::lang::lib {

// The names of the operators are paths for people ("lib.mkIf", "lib.strings.charToInt"); the last component
// is the member's name.
struct NativeFamily {
  std::string_view family;
  std::span<const PrimOp> prims;
};

std::span<const PrimOp> moduleNatives();      // natives_modules.cpp: mkIf, mkMerge, mkOverride …
std::span<const PrimOp> optionNatives();      // natives_modules.cpp: mkOption, isOption, literalExpression …
std::span<const PrimOp> typeNatives();        // natives_modules.cpp: isType, setType
std::span<const PrimOp> functionNatives();    // natives_functions.cpp: id, const, flip, pipe, min, max, boolToString
std::span<const PrimOp> attrNatives();        // natives_attrs.cpp: mapAttrs', filterAttrs, genAttrs …
std::span<const PrimOp> attrPathNatives();    // natives_attr_paths.cpp: attrByPath, recursiveUpdate …
std::span<const PrimOp> listNatives();        // natives_lists.cpp: take, last, range, foldr …
std::span<const PrimOp> listSearchNatives();  // natives_list_search.cpp: optional, flatten, unique, findFirst …
std::span<const PrimOp> stringNatives();      // natives_strings.cpp: concatMapStringsSep, splitString, toUpper …
std::span<const PrimOp> affixNatives();       // natives_affixes.cpp: hasPrefix, removeSuffix, trim …
std::span<const PrimOp> escapeNatives();      // natives_escape.cpp: escapeShellArg …
std::span<const PrimOp> distanceNatives();    // natives_distance.cpp: levenshtein …
std::span<const PrimOp> metaNatives();        // natives_meta.cpp: getExe

// All of them, in a fixed order.
std::span<const NativeFamily> natives();
// The member of a family, or null.
const PrimOp* findNative(std::string_view family, std::string_view name);
// "mkIf" of "lib.mkIf".
std::string_view memberName(const PrimOp& prim);

// The kinds of value (prims::kind) a native may return.
unsigned returnsOfNative(const PrimOp& prim);

// The truth value of an operand, forced: false when *out is what to return (an error). An unknown one is left
// to the caller.
bool wantTruth(Evaluator& ev, Value& v, Pos pos, Value* out);
// `if condition then a else b` for a lazy condition; an unknown one gives a residual with both branches
// unevaluated.
Value choose(Evaluator& ev, Value condition, Value then, Value otherwise, Pos pos);
// prim(args) as a residual piece of a larger value: inside the branches of args[index] where that is a
// condition.
Value residual(Evaluator& ev, const PrimOp* prim, std::span<const Value> args, std::size_t index, Pos pos);

}  // namespace fleetd::lang::lib
