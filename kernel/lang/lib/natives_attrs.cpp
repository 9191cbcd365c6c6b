// Natives that map, filter and build sets. Names that are there only under a condition keep it.
#include "kernel/lang/lib/natives.hpp"

namespace fleetd::lang::lib {

namespace {

using namespace prims;

const PrimOp* self(std::string_view name) { return findNative("attrsets", name); }

Value pair(Evaluator& ev, Value name, Value value) {
  Bindings* out = ev.newBindings(2);
  out->items[0] = {ev.names().name, 0, name};
  out->items[1] = {ev.names().value, 0, value};
  if (out->items[1].name < out->items[0].name) std::swap(out->items[0], out->items[1]);
  return Value::of(out);
}

Value nameValuePair(Evaluator& ev, Value* args, Pos) { return pair(ev, args[0], args[1]); }

// The attributes of a set in the order of names. False: *out is what to return.
bool orderedEntries(Evaluator& ev, Value& set, std::vector<Entry>* entries, Pos pos, Value* out) {
  set = ev.force(set);
  if (set.is(Tag::Attrs)) {
    for (const Attr* attr : ev.sortedByName(set.attrs)) entries->push_back({attr->name, attr->value, std::nullopt});
    return true;
  }
  if (!set.isUnknown()) {
    *out = set.isError() ? set : ev.typeError("a set", set, 0);
    return false;
  }
  auto found = entriesOf(ev, set, pos);
  if (found)
    *entries = std::move(*found);
  else
    *out = Value::stuck();
  return found.has_value();
}

// function name value, for every attribute in the order of names.
Value mapAttrsToList(Evaluator& ev, Value* args, Pos pos) {
  args[1] = ev.force(args[1]);
  if (const auto moved = distribute(ev, self("mapAttrsToList"), {args, 2}, 1, pos)) return *moved;
  std::vector<Entry> entries;
  Value failed;
  if (!orderedEntries(ev, args[1], &entries, pos, &failed)) return failed;
  ListBuilder list(ev);
  for (const Entry& entry : entries) {
    const Value one = ev.lazyCall(args[0], {Value::text(ev.text(entry.name)), entry.value}, pos);
    if (!entry.condition)
      list.add(one);
    else
      list.addPiece(unknownIf(ev, *entry.condition, ev.list(std::span(&one, 1)), Value::list({}), pos));
  }
  return list.finish(pos);
}

Value mapAttrsRenamed(Evaluator& ev, Value* args, Pos pos) {
  const Value pairs = mapAttrsToList(ev, args, pos);
  return pairs.isError() || pairs.isStuck() ? pairs : applyPrim(ev, findPrim("listToAttrs"), {pairs}, pos);
}

Value attrsToList(Evaluator& ev, Value* args, Pos pos) {
  Value operands[] = {Value::of(self("nameValuePair")), args[0]};
  return mapAttrsToList(ev, operands, pos);
}

// One attribute as a set.
Value single(Evaluator& ev, const Attr& attr) {
  Bindings* out = ev.newBindings(1);
  out->items[0] = attr;
  return Value::of(out);
}

// Gathers attributes in the order of names, some under a condition, into one set.
class Filtered {
 public:
  Filtered(Evaluator& ev, Pos pos) : ev_(ev), pos_(pos) {}
  void add(const Attr& attr) { certain_.push_back(attr); }
  void addUnder(Value condition, const Attr& attr) {
    conditional_.push_back(unknownIf(ev_, condition, single(ev_, attr), Value::of(ev_.newBindings(0)), pos_));
  }
  Value finish(Pos setPos) {
    const Value known = ev_.attrs(certain_);
    known.attrs->pos = setPos;
    if (conditional_.empty()) return known;
    conditional_.insert(conditional_.begin(), known);
    return joinSets(ev_, conditional_, pos_);
  }

 private:
  Evaluator& ev_;
  Pos pos_;
  std::vector<Attr> certain_;
  std::vector<Value> conditional_;
};

Value filterAttrs(Evaluator& ev, Value* args, Pos pos) {
  args[1] = ev.force(args[1]);
  if (const auto moved = distribute(ev, self("filterAttrs"), {args, 2}, 1, pos)) return *moved;
  std::vector<Entry> entries;
  Value failed;
  if (!orderedEntries(ev, args[1], &entries, pos, &failed)) return failed;
  Filtered out(ev, pos);
  for (const Entry& entry : entries) {
    const Attr* written = args[1].is(Tag::Attrs) ? args[1].attrs->find(entry.name) : nullptr;
    const Attr attr{entry.name, written ? written->pos : 0, entry.value};
    Value keep = ev.call(args[0], {Value::text(ev.text(entry.name)), entry.value}, pos);
    if (!wantTruth(ev, keep, pos, &failed)) return failed;
    if (keep.isFalse()) continue;
    if (entry.condition)
      keep = keep.isTrue() ? *entry.condition : ev.unknownBinary(BinaryOp::And, *entry.condition, keep, pos);
    if (keep.isUnknown())
      out.addUnder(keep, attr);
    else
      out.add(attr);
  }
  return out.finish(args[1].is(Tag::Attrs) ? args[1].attrs->pos : pos);
}

Value genAttrs(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::vector<Value> pieces;
  args[0] = ev.force(args[0]);
  if (!listPieces(ev, args[0], &pieces, &out)) return out;
  std::vector<Value> sets;
  std::vector<Attr> known;
  for (const Value& piece : pieces) {
    if (piece.isUnknown()) {
      const Value operands[] = {piece, args[1]};
      if (const auto moved = distribute(ev, self("genAttrs"), operands, 0, pos))
        sets.push_back(*moved);
      else if (pieces.size() == 1)
        return Value::stuck();
      else
        sets.push_back(ev.unknownPrim(self("genAttrs"), operands, pos));
      continue;
    }
    for (Value name : piece.list()) {
      if (wantPlainString(ev, name, &out)) {
        known.push_back({ev.symbol(name.string()), pos,
                         ev.lazyCall(args[1], {Value::text(ev.text(ev.symbol(name.string())))}, pos)});
      } else if (out.isStuck()) {
        const Value parts[] = {Value::of(ev.newBindings(0)), name, ev.lazyCall(args[1], {name}, pos)};
        sets.push_back(ev.unknown(UnknownOp::Attrs, parts, pos));
      } else {
        return out;
      }
    }
  }
  // Equal names have equal values, so the order of the pieces does not matter.
  sets.push_back(ev.attrs(known));
  return joinSets(ev, sets, pos);
}

Value genAttrsNamed(Evaluator& ev, Value* args, Pos pos) {
  const Value pairs = applyPrim(ev, findPrim("map"), {args[1], args[0]}, pos);
  return pairs.isError() ? pairs : applyPrim(ev, findPrim("listToAttrs"), {pairs}, pos);
}

Value optionalAttrs(Evaluator& ev, Value* args, Pos pos) {
  return choose(ev, args[0], args[1], Value::of(ev.newBindings(0)), pos);
}

// Sets of a known list, joined with `//`.
Value joinAll(Evaluator& ev, std::span<const Value> sets, Pos pos) {
  std::vector<Value> pieces;
  Value out;
  for (const Value& set : sets)
    if (!setPieces(ev, set, &pieces, &out)) return out;
  return joinSets(ev, pieces, pos);
}

Value concatMapAttrs(Evaluator& ev, Value* args, Pos pos) {
  args[1] = ev.force(args[1]);
  if (const auto moved = distribute(ev, self("concatMapAttrs"), {args, 2}, 1, pos)) return *moved;
  std::vector<Entry> entries;
  Value failed;
  if (!orderedEntries(ev, args[1], &entries, pos, &failed)) return failed;
  std::vector<Value> sets;
  for (const Entry& entry : entries) {
    const Value one = ev.lazyCall(args[0], {Value::text(ev.text(entry.name)), entry.value}, pos);
    sets.push_back(entry.condition ? unknownIf(ev, *entry.condition, one, Value::of(ev.newBindings(0)), pos) : one);
  }
  return joinAll(ev, sets, pos);
}

Value mergeAttrsList(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantList(ev, args[0], &out)) return out;
  return joinAll(ev, args[0].list(), pos);
}

Value isDerivation(Evaluator& ev, Value* args, Pos pos) {
  args[0] = ev.force(args[0]);
  if (args[0].isError()) return args[0];
  if (args[0].isUnknown()) return possibleKinds(ev, args[0]) & kind::Set ? Value::stuck() : Value::of(false);
  if (!args[0].is(Tag::Attrs)) return Value::of(false);
  const Attr* type = args[0].attrs->find(ev.names().drvType);
  return type ? ev.equal(type->value, Value::text("derivation"), pos) : Value::of(false);
}

// The output of a package, unless one was chosen already.
Value getOutput(Evaluator& ev, Value* args, Pos pos) {
  args[1] = ev.force(args[1]);
  if (args[1].isUnknown()) return Value::stuck();
  if (!args[1].is(Tag::Attrs)) return args[1];
  if (const Attr* chosen = args[1].attrs->find(ev.symbol("outputSpecified"))) {
    Value specified = chosen->value;
    Value error;
    if (!wantTruth(ev, specified, pos, &error)) return error;
    if (specified.isUnknown()) return Value::stuck();
    if (specified.boolean()) return args[1];
  }
  Value out;
  if (!wantPlainString(ev, args[0], &out)) return out;
  if (const Attr* output = args[1].attrs->find(ev.symbol(args[0].string()))) return ev.force(output->value);
  const Attr* main = args[1].attrs->find(ev.symbol("out"));
  return main ? ev.force(main->value) : args[1];
}

constexpr PrimOp kPrims[] = {
    {"lib.nameValuePair", 2, nameValuePair, "{ name, value }"},
    {"lib.mapAttrsToList", 2, mapAttrsToList, "a function of every name and value, as a list"},
    {"lib.mapAttrs'", 2, mapAttrsRenamed, "a set of the pairs a function makes of every name and value"},
    {"lib.attrsToList", 1, attrsToList, "a set as a list of pairs"},
    {"lib.filterAttrs", 2, filterAttrs, "the attributes for which a function of name and value returns true"},
    {"lib.optionalAttrs", 2, optionalAttrs, "a set, or an empty one"},
    {"lib.genAttrs", 2, genAttrs, "a set of names with a function's values"},
    {"lib.genAttrs'", 2, genAttrsNamed, "a set of the pairs a function makes of elements"},
    {"lib.concatMapAttrs", 2, concatMapAttrs, "the sets a function makes of every name and value, joined"},
    {"lib.mergeAttrsList", 1, mergeAttrsList, "the sets of a list, joined"},
    {"lib.isDerivation", 1, isDerivation, "whether a value is a derivation"},
    {"lib.getOutput", 2, getOutput, "an output of a package"},
};

}  // namespace

std::span<const PrimOp> attrNatives() { return kPrims; }

}  // namespace fleetd::lang::lib
