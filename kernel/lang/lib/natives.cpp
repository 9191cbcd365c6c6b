// The tables of natives, and what they share.
#include "kernel/lang/lib/natives.hpp"

#include <algorithm>

namespace fleetd::lang::lib {

std::span<const NativeFamily> natives() {
  static const NativeFamily kFamilies[] = {
      {"modules", moduleNatives()},  {"options", optionNatives()},    {"types", typeNatives()},     {"trivial", functionNatives()},
      {"attrsets", attrNatives()},   {"attrsets", attrPathNatives()}, {"lists", listNatives()},     {"lists", listSearchNatives()},
      {"strings", stringNatives()},  {"strings", affixNatives()},     {"strings", escapeNatives()}, {"strings", distanceNatives()},
      {"meta", metaNatives()},
  };
  return kFamilies;
}

std::string_view memberName(const PrimOp& prim) { return prim.name.substr(prim.name.rfind('.') + 1); }

const PrimOp* findNative(std::string_view family, std::string_view name) {
  for (const NativeFamily& table : natives()) {
    if (table.family != family) continue;
    const auto found = std::find_if(table.prims.begin(), table.prims.end(), [&](const PrimOp& prim) { return memberName(prim) == name; });
    if (found != table.prims.end()) return &*found;
  }
  return nullptr;
}

bool wantTruth(Evaluator& ev, Value& v, Pos pos, Value* out) {
  v = ev.truth(ev.force(v), pos, "while evaluating a branch condition");
  if (!v.isError()) return true;
  *out = v;
  return false;
}

Value choose(Evaluator& ev, Value condition, Value then, Value otherwise, Pos pos) {
  Value out;
  if (!wantTruth(ev, condition, pos, &out)) return out;
  if (condition.isUnknown()) return prims::unknownIf(ev, condition, then, otherwise, pos);
  return ev.force(condition.boolean() ? then : otherwise);
}

Value residual(Evaluator& ev, const PrimOp* prim, std::span<const Value> args, std::size_t index, Pos pos) {
  if (const auto moved = prims::distribute(ev, prim, args, index, pos)) return *moved;
  return ev.unknownPrim(prim, args, pos);
}

}  // namespace fleetd::lang::lib
