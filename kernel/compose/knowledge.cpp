// Conditions, values and modules that are not known (see knowledge.hpp).
#include "kernel/compose/knowledge.hpp"

#include <algorithm>
#include <vector>

#include "kernel/compose/evaluation.hpp"
#include "kernel/compose/merge.hpp"
#include "kernel/compose/small_vector.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::compose {

namespace {

using lang::UnknownOp;

constexpr int kMaxAlternatives = 5;  // conditions that are told apart in one value: 2^5 merges at worst

bool sameCondition(Value a, Value b) { return a.isUnknown() && b.isUnknown() && a.unknown == b.unknown; }

bool isNegationOf(Value a, Value b) {
  if (!a.isUnknown() || a.unknown->op != UnknownOp::Not) return false;
  Value operand = a.unknown->args[0];
  if (operand.isThunk()) operand = operand.thunk->value;
  return sameCondition(operand, b);
}

// Types whose merge of a single definition is the definition.
bool isIdentity(Type* type, int depth = 0) {
  if (depth > 8) return false;
  Value error;
  switch (type->kind) {
    case Kind::Unspecified:
    case Kind::Assumed:
    case Kind::Raw:
    case Kind::Anything:
    case Kind::Bool:
    case Kind::BoolByOr:
    case Kind::Int:
    case Kind::Float:
    case Kind::Str:
    case Kind::NonEmptyStr:
    case Kind::StrMatching:
    case Kind::SeparatedString:
    case Kind::Attrs:
    case Kind::Fileset:
    case Kind::Package:
    case Kind::ShellPackage:
    case Kind::Path:
    case Kind::LuaInline:
    case Kind::OptionDeclaration:
    case Kind::OptionType:
    case Kind::Enum: return true;
    case Kind::ListOf:
    case Kind::AttrsWith:
    case Kind::NullOr:
    case Kind::Unique:
    case Kind::AddCheck: {
      Type* elem = elemOf(type, &error);
      return elem && isIdentity(elem, depth + 1);
    }
    case Kind::Either: {
      Type* left = elemOf(type, &error);
      Type* right = left ? otherOf(type, &error) : nullptr;
      return right && isIdentity(left, depth + 1) && isIdentity(right, depth + 1);
    }
    case Kind::SingleLineStr:
    case Kind::AttrListOf:
    case Kind::AttrTag:
    case Kind::FunctionTo:
    case Kind::CoercedTo:
    case Kind::Submodule:
    case Kind::Deferred:
    case Kind::Custom: return false;
  }
  return false;
}

// Types whose definitions must all be equal, so that one known definition is the value.
bool mergesEqual(const Type* type) {
  switch (type->kind) {
    case Kind::Bool:
    case Kind::Int:
    case Kind::Float:
    case Kind::Str:
    case Kind::NonEmptyStr:
    case Kind::StrMatching:
    case Kind::Path:
    case Kind::Enum: return true;
    case Kind::AddCheck: return type->elemType && mergesEqual(type->elemType);
    case Kind::Unspecified:
    case Kind::Assumed:
    case Kind::Raw:
    case Kind::Anything:
    case Kind::BoolByOr:
    case Kind::SingleLineStr:
    case Kind::SeparatedString:
    case Kind::Attrs:
    case Kind::Fileset:
    case Kind::Package:
    case Kind::ShellPackage:
    case Kind::LuaInline:
    case Kind::OptionDeclaration:
    case Kind::OptionType:
    case Kind::ListOf:
    case Kind::AttrListOf:
    case Kind::AttrsWith:
    case Kind::AttrTag:
    case Kind::Unique:
    case Kind::NullOr:
    case Kind::FunctionTo:
    case Kind::Either:
    case Kind::CoercedTo:
    case Kind::Submodule:
    case Kind::Deferred:
    case Kind::Custom: return false;
  }
  return false;
}

Value neverRuns(Evaluator&, Value*, Pos) { return Value::stuck(); }
constexpr lang::PrimOp kMergedValue{"mergedDefinitions", 1, neverRuns};

std::span<Def> strongest(Compose& c, std::span<const Def> defs) {
  std::int32_t best = kNoPriority;
  for (const Def& def : defs)
    if (def.condition.is(Tag::Null)) best = std::min(best, def.priority);
  std::vector<Def> kept;
  for (const Def& def : defs)
    if (def.priority == best || (!def.condition.is(Tag::Null) && def.priority < best)) kept.push_back(def);
  return c.ev.arena().copy(std::span<const Def>(kept));
}

// The definitions in the case that `condition` is `holds`.
std::span<Def> under(Compose& c, std::span<const Def> defs, Value condition, bool holds) {
  std::vector<Def> kept;
  for (const Def& def : defs) {
    const bool same = sameCondition(def.condition, condition);
    const bool opposite = isNegationOf(def.condition, condition) || isNegationOf(condition, def.condition);
    if ((same && !holds) || (opposite && holds)) continue;
    kept.push_back(def);
    if (same || opposite) kept.back().condition = {};
  }
  return strongest(c, kept);
}

std::size_t conditionCount(std::span<const Def> defs) {
  std::vector<Value> seen;
  for (const Def& def : defs)
    if (!def.condition.is(Tag::Null) && std::none_of(seen.begin(), seen.end(), [&](Value v) {
          return sameCondition(v, def.condition) || isNegationOf(v, def.condition) || isNegationOf(def.condition, v);
        }))
      seen.push_back(def.condition);
  return seen.size();
}

// Lists stay lists of segments: the conditional ones are there or empty.
Value mergeSegments(Compose& c, Type* type, const Loc* loc, std::span<Def> defs) {
  Value all = Value::list({});
  for (Def& def : defs) {
    Value error;
    const bool known = def.value.is(Tag::List);
    Value part = known ? mergeOnly(type, loc, std::span<Def>(&def, 1)) : def.value;
    // One that fails under its condition: the condition does not hold.
    if (part.isError() && !def.condition.is(Tag::Null)) continue;
    if (part.isError()) return part;
    if (!def.condition.is(Tag::Null)) part = lang::foldIf(c.ev, def.condition, part, Value::list({}), def.pos);
    all = c.ev.concat(all, part, def.pos);
    if (all.isError()) return all;
  }
  return all;
}

Value mergeAlternatives(Compose& c, Type* type, const Loc* loc, std::span<Def> defs) {
  const auto at = std::find_if(defs.begin(), defs.end(), [](const Def& def) { return !def.condition.is(Tag::Null); });
  const Value condition = at->condition;
  const Value then = mergeFinal(c, type, loc, under(c, defs, condition, true));
  const Value otherwise = mergeFinal(c, type, loc, under(c, defs, condition, false));
  return lang::foldIf(c.ev, condition, then, otherwise, at->pos);
}

}  // namespace

Value residualMerge(Compose& c, std::span<const Def> defs) {
  auto values = c.ev.newList(static_cast<std::uint32_t>(defs.size()));
  for (std::size_t i = 0; i < defs.size(); ++i) values[i] = defs[i].value;
  const Value list = Value::list(values);
  return c.ev.unknownPrim(&kMergedValue, std::span<const Value>(&list, 1), defs.empty() ? 0 : defs[0].pos);
}

bool isPartial(const Evaluation& e) { return e.knowledge.imports != nullptr || e.knowledge.definitions != nullptr; }
bool isOpen(const Evaluation& e) {
  return e.allowUndeclared || e.knowledge.imports != nullptr || e.knowledge.declarations != nullptr;
}

Value conjunction(Compose& c, Value a, Value b) {
  if (a.is(Tag::Null) || sameCondition(a, b)) return b;
  if (b.is(Tag::Null)) return a;
  return c.ev.unknownBinary(lang::BinaryOp::And, a, b, 0);
}

bool anyUnknown(std::span<const Def> defs) {
  return std::any_of(defs.begin(), defs.end(),
                     [](const Def& def) { return def.value.isUnknown() || !def.condition.is(Tag::Null); });
}

Value mergeUnknown(Compose& c, Type* type, const Loc* loc, std::span<Def> defs) {
  const std::size_t conditions = conditionCount(defs);
  const bool samePriority =
      std::all_of(defs.begin(), defs.end(), [&](const Def& def) { return def.priority == defs[0].priority; });
  if (type->kind == Kind::ListOf && samePriority && isIdentity(type)) return mergeSegments(c, type, loc, defs);
  if (conditions > kMaxAlternatives) return residualMerge(c, defs);
  if (conditions > 0) return mergeAlternatives(c, type, loc, defs);
  if (defs.size() == 1 && isIdentity(type)) return defs[0].value;
  if (type->kind == Kind::SeparatedString) return mergeOnly(type, loc, defs);
  if (mergesEqual(type)) {
    std::vector<Def> known;
    for (const Def& def : defs)
      if (!def.value.isUnknown()) known.push_back(def);
    return known.empty() ? defs[0].value : mergeFinal(c, type, loc, known);
  }
  return residualMerge(c, defs);
}

Value definedness(Compose& c, std::span<const Def> defs) {
  Value any;
  for (const Def& def : defs) {
    if (def.condition.is(Tag::Null)) return Value::of(true);
    for (const Def& other : defs)
      if (isNegationOf(other.condition, def.condition)) return Value::of(true);
    if (any.is(Tag::Null))
      any = def.condition;
    else if (!sameCondition(any, def.condition))
      any = c.ev.unknownBinary(lang::BinaryOp::Or, any, def.condition, def.pos);
  }
  return any.is(Tag::Null) ? Value::of(false) : any;
}

bool splitUnknown(Compose& c, const Def& def, const std::function<Value(const Def&)>& visit, Value* error) {
  const lang::Unknown& u = *def.value.unknown;
  if (u.op != UnknownOp::If) return false;
  const Value branches[] = {c.ev.force(u.args[1]), c.ev.force(u.args[2])};
  bool anyProperty = false;
  for (Value branch : branches) {
    Value ignored;
    const Property property = propertyOf(c, branch, &ignored);
    anyProperty = anyProperty || (property != Property::None && property != Property::Other);
  }
  if (!anyProperty) return false;
  const Value condition = c.ev.force(u.args[0]);
  for (int i = 0; i < 2; ++i) {
    if (branches[i].isError()) continue;  // a branch that fails does not happen
    Def part = def;
    part.value = branches[i];
    part.condition = conjunction(c, def.condition, i == 0 ? condition : lang::unknownNot(c.ev, condition, u.pos));
    *error = visit(part);
    if (error->isError()) return true;
  }
  return true;
}

void splitUnknownSet(Evaluation& e, Value set, File* file,
                     const std::function<Value(Value part, Value condition)>& visit) {
  Compose& c = *e.c;
  const lang::Unknown& u = *set.unknown;
  if (u.op == UnknownOp::If) {
    const Value condition = c.ev.force(u.args[0]);
    // An error inside one branch means that this branch does not happen.
    static_cast<void>(visit(u.args[1], condition));
    static_cast<void>(visit(u.args[2], condition.isUnknown() ? lang::unknownNot(c.ev, condition, u.pos) : condition));
    return;
  }
  if (u.op == UnknownOp::Assert) {
    static_cast<void>(visit(u.args[1], {}));
    return;
  }
  const auto names = lang::knownNames(c.ev, set);
  if (names) static_cast<void>(visit(Value::of(names->known), {}));
  if (!names || names->open)
    e.knowledge.definitions = c.ev.arena().make<Opaque>(Opaque{set, file, e.knowledge.definitions});
}

Value withMaybeEntries(Compose& c, Value set, std::span<const MaybeEntry> entries) {
  for (const MaybeEntry& entry : entries) {
    Bindings* one = c.ev.newBindings(1);
    one->items[0] = entry.attr;
    const Value parts[] = {entry.condition, Value::of(one), Value::of(c.ev.newBindings(0))};
    set = c.ev.unknownBinary(lang::BinaryOp::Update, set, c.ev.unknown(UnknownOp::If, parts, entry.attr.pos),
                             entry.attr.pos);
  }
  return set;
}

void noteOpaque(Evaluation& e, Value value, File* file) {
  e.knowledge.imports = e.c->ev.arena().make<Opaque>(Opaque{value, file, e.knowledge.imports});
}

void noteUnknownOptions(Evaluation& e, Value value, File* file) {
  e.knowledge.declarations = e.c->ev.arena().make<Opaque>(Opaque{value, file, e.knowledge.declarations});
}

Module* opaqueModule(Evaluation& e, Value m, File* file, std::string_view key) {
  if (!m.isUnknown()) return nullptr;
  Compose& c = *e.c;
  noteOpaque(e, m, file);
  auto* out = c.ev.arena().make<Module>();
  out->file = file;
  out->key = key;
  out->imports = out->require = out->disabled = Value::list({});
  out->config = Value::of(c.ev.newBindings(0));
  out->opaque = true;
  return out;
}

Value moduleArgument(Evaluation& e, Value args, Symbol name, Pos pos) {
  Compose& c = *e.c;
  if (args.is(Tag::Attrs) && !args.attrs->find(name) && isOpen(e)) {
    e.knowledge.arguments = c.ev.arena().make<MissingArgument>(MissingArgument{name, pos, e.knowledge.arguments});
    return c.ev.unknownRoot(c.text(name), pos);
  }
  return c.ev.select(args, name, pos);
}

}  // namespace fleetd::compose
