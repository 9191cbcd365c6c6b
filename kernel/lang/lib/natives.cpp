// The tables of natives, and what they share.
#include "kernel/lang/lib/natives.hpp"

#include <algorithm>
#include <iterator>

namespace fleetd::lang::lib {

std::span<const NativeFamily> natives() {
  static const NativeFamily kFamilies[] = {
      {"modules", moduleNatives()},   {"options", optionNatives()},   {"types", typeNatives()},
      {"trivial", functionNatives()}, {"attrsets", attrNatives()},    {"attrsets", attrPathNatives()},
      {"lists", listNatives()},       {"lists", listSearchNatives()}, {"strings", stringNatives()},
      {"strings", affixNatives()},    {"strings", escapeNatives()},   {"strings", distanceNatives()},
      {"meta", metaNatives()},
  };
  return kFamilies;
}

std::string_view memberName(const PrimOp& prim) { return prim.name.substr(prim.name.rfind('.') + 1); }

const PrimOp* findNative(std::string_view family, std::string_view name) {
  for (const NativeFamily& table : natives()) {
    if (table.family != family) continue;
    const auto found = std::find_if(table.prims.begin(), table.prims.end(),
                                    [&](const PrimOp& prim) { return memberName(prim) == name; });
    if (found != table.prims.end()) return &*found;
  }
  return nullptr;
}

namespace {

struct Returns {
  std::string_view name;
  unsigned kinds;
};

// Sorted by name. A native that is missing may return anything.
constexpr Returns kReturns[] = {
    {"lib.attrsToList", prims::kind::List},
    {"lib.boolToString", prims::kind::String},
    {"lib.concatLines", prims::kind::String},
    {"lib.concatMapAttrs", prims::kind::Set},
    {"lib.concatMapStrings", prims::kind::String},
    {"lib.concatMapStringsSep", prims::kind::String},
    {"lib.concatStrings", prims::kind::String},
    {"lib.drop", prims::kind::List},
    {"lib.escape", prims::kind::String},
    {"lib.escapeRegex", prims::kind::String},
    {"lib.escapeShellArg", prims::kind::String},
    {"lib.escapeShellArgs", prims::kind::String},
    {"lib.escapeURL", prims::kind::String},
    {"lib.escapeXML", prims::kind::String},
    {"lib.filterAttrs", prims::kind::Set},
    {"lib.flatten", prims::kind::List},
    {"lib.forEach", prims::kind::List},
    {"lib.genAttrs", prims::kind::Set},
    {"lib.genAttrs'", prims::kind::Set},
    {"lib.getExe", prims::kind::String},
    {"lib.getExe'", prims::kind::String},
    {"lib.hasAttrByPath", prims::kind::Bool},
    {"lib.hasInfix", prims::kind::Bool},
    {"lib.hasPrefix", prims::kind::Bool},
    {"lib.hasSuffix", prims::kind::Bool},
    {"lib.imap0", prims::kind::List},
    {"lib.imap1", prims::kind::List},
    {"lib.init", prims::kind::List},
    {"lib.intersectLists", prims::kind::List},
    {"lib.isDerivation", prims::kind::Bool},
    {"lib.isOption", prims::kind::Bool},
    {"lib.isStringLike", prims::kind::Bool},
    {"lib.isType", prims::kind::Bool},
    {"lib.literalExpression", prims::kind::Set},
    {"lib.literalMD", prims::kind::Set},
    {"lib.mapAttrs'", prims::kind::Set},
    {"lib.mapAttrsToList", prims::kind::List},
    {"lib.mergeAttrsList", prims::kind::Set},
    {"lib.mkAfter", prims::kind::Set},
    {"lib.mkBefore", prims::kind::Set},
    {"lib.mkDefault", prims::kind::Set},
    {"lib.mkDefinition", prims::kind::Set},
    {"lib.mkForce", prims::kind::Set},
    {"lib.mkIf", prims::kind::Set},
    {"lib.mkImageMediaOverride", prims::kind::Set},
    {"lib.mkMerge", prims::kind::Set},
    {"lib.mkOption", prims::kind::Set},
    {"lib.mkOptionDefault", prims::kind::Set},
    {"lib.mkOrder", prims::kind::Set},
    {"lib.mkOverride", prims::kind::Set},
    {"lib.mkVMOverride", prims::kind::Set},
    {"lib.nameValuePair", prims::kind::Set},
    {"lib.range", prims::kind::List},
    {"lib.recursiveUpdate", prims::kind::Set},
    {"lib.remove", prims::kind::List},
    {"lib.replaceString", prims::kind::String},
    {"lib.reverseList", prims::kind::List},
    {"lib.setType", prims::kind::Set},
    {"lib.splitString", prims::kind::List},
    {"lib.stringToCharacters", prims::kind::List},
    {"lib.strings.charToInt", prims::kind::Int},
    {"lib.strings.commonPrefixLength", prims::kind::Int},
    {"lib.strings.commonSuffixLength", prims::kind::Int},
    {"lib.strings.levenshtein", prims::kind::Int},
    {"lib.strings.levenshteinAtMost", prims::kind::Bool},
    {"lib.sublist", prims::kind::List},
    {"lib.subtractLists", prims::kind::List},
    {"lib.take", prims::kind::List},
    {"lib.toList", prims::kind::List},
    {"lib.toLower", prims::kind::String},
    {"lib.toUpper", prims::kind::String},
    {"lib.trim", prims::kind::String},
    {"lib.trimWith", prims::kind::String},
    {"lib.unique", prims::kind::List},
    {"lib.zipListsWith", prims::kind::List},
};
static_assert(std::is_sorted(std::begin(kReturns), std::end(kReturns),
                             [](const Returns& a, const Returns& b) { return a.name < b.name; }));

}  // namespace

unsigned returnsOfNative(const PrimOp& prim) {
  const auto found = std::lower_bound(std::begin(kReturns), std::end(kReturns), prim.name,
                                      [](const Returns& row, std::string_view name) { return row.name < name; });
  return found != std::end(kReturns) && found->name == prim.name ? found->kinds : prims::kind::Any;
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
