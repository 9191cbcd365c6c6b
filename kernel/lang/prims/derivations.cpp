// Builtins that describe builds: derivation derivationStrict. What a derivation is made of is known, where it ends up
// in the store is not.
#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

// Its result holds store paths, which only Nix computes.
Value derivationStrict(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantAttrs(ev, args[0], &out)) return out;
  if (!args[0].attrs->find(ev.names().name))
    return ev.failText(ErrorKind::MissingAttr, 0, "required attribute 'name' missing");
  return Value::stuck();
}

bool outputsOf(Evaluator& ev, const Bindings& attrs, std::vector<Symbol>* outputs, Value* out) {
  const Attr* attr = attrs.find(ev.symbol("outputs"));
  if (!attr) {
    outputs->push_back(ev.symbol("out"));
    return true;
  }
  Value list = attr->value;
  if (!wantList(ev, list, out)) return false;
  for (Value name : list.list()) {
    if (!wantPlainString(ev, name, out)) return false;
    outputs->push_back(ev.symbol(name.string()));
  }
  if (!outputs->empty()) return true;
  *out = ev.failText(ErrorKind::Range, 0, "'builtins.head' called on an empty list");
  return false;
}

// The set of an output: the arguments, all outputs, and what is particular to this one. Every output refers to all of
// them, so the sets are allocated first and filled afterwards.
Value derivation(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantAttrs(ev, args[0], &out)) return out;
  const Bindings& given = *args[0].attrs;
  std::vector<Symbol> outputs;
  if (!outputsOf(ev, given, &outputs, &out)) return out;
  const Value strict = ev.unknownPrim(findPrim("derivationStrict"), {args, 1}, pos);
  constexpr std::uint32_t kOwn = 6;
  std::vector<Value> all;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    all.push_back(Value::of(ev.newBindings(given.size + static_cast<std::uint32_t>(outputs.size()) + kOwn)));
  const Value allList = ev.list(all);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    Bindings* set = all[i].attrs;
    std::uint32_t used = 0;
    auto add = [&](Symbol name, Value value) { set->items[used++] = {name, 0, value}; };
    for (const Attr& attr : given) set->items[used++] = attr;
    for (std::size_t k = 0; k < outputs.size(); ++k) add(outputs[k], all[k]);
    add(ev.symbol("all"), allList);
    add(ev.symbol("drvAttrs"), args[0]);
    add(ev.names().outPath, ev.unknown(UnknownOp::Select, std::span(&strict, 1), pos, outputs[i]));
    add(ev.symbol("drvPath"), ev.unknown(UnknownOp::Select, std::span(&strict, 1), pos, ev.symbol("drvPath")));
    add(ev.names().drvType, Value::text("derivation"));
    add(ev.symbol("outputName"), Value::text(ev.text(outputs[i])));
    set->size = used;
    ev.sortBindings(set);
  }
  return all.front();
}

constexpr PrimOp kPrims[] = {
    {"derivation", 1, derivation, "a build, described by a set"},
    {"derivationStrict", 1, derivationStrict, "the store paths of a build"},
};

}  // namespace

std::span<const PrimOp> derivationPrims() { return kPrims; }

}  // namespace fleetd::lang
