// Open evaluations: options nobody declares are known by their definitions, everything else is `config.<path>`.
#include <algorithm>
#include <vector>

#include "kernel/compose/evaluation.hpp"
#include "kernel/compose/kept.hpp"
#include "kernel/compose/merge.hpp"
#include "kernel/compose/small_vector.hpp"
#include "kernel/compose/type_set.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::compose {

namespace {

// <root>.a.b as an unknown value.
Value reference(Compose& c, std::string_view root, const Loc* loc) {
  if (!loc) return c.ev.unknownRoot(root);
  const Value up = reference(c, root, loc->up);
  return c.ev.unknown(lang::UnknownOp::Select, std::span<const Value>(&up, 1), 0,
                      loc->name ? loc->name : c.symbol(locPart(c, loc)));
}

// What a set of a level shows: `config` in full, `config` for others than the evaluation's own modules, `options`.
enum class Shown : std::uint8_t { Config, Visible, Options };

// Whether the definitions of a level, or of one above it, are being looked at.
bool isBeingDefined(const Level& level) {
  for (const Level* at = &level; at; at = at->origin ? at->origin->level : nullptr)
    if (at->defState == State::Running) return true;
  return false;
}

// The declared names and those that only definitions speak of. A definition may ask which options there are: then the
// declared ones have to do.
Value allNames(Level& level, Shown shown) {
  Compose& c = *level.evaluation->c;
  const bool asksItself = shown == Shown::Options && isBeingDefined(level);
  const Value error = asksItself ? Value() : makeAssumed(level);
  if (error.isError()) return error;
  std::vector<Attr> out;
  const std::span<Child> assumed = asksItself ? std::span<Child>() : level.assumed;
  for (std::span<Child> group : {level.children, assumed})
    for (Child& child : group)
      if (shown != Shown::Visible || child.name != c.common.module)
        out.push_back({child.name, 0, Value::of(shown == Shown::Options ? &child.options : &child.config)});
  return makeSet(c, out);
}

template <Shown shown>
Value open(Level& level, Value set) {
  Compose& c = *level.evaluation->c;
  if (!isOpen(*level.evaluation)) return set;
  const Value known =
      c.ev.nativeThunk([](Evaluator&, void* data) { return allNames(*static_cast<Level*>(data), shown); }, &level);
  return c.ev.unknownBinary(lang::BinaryOp::Update,
                            reference(c, shown == Shown::Options ? "options" : "config", level.loc), known, 0);
}

// A set that is nothing but a collection of names: no property, package, function or text.
bool isRecord(Compose& c, Value v) {
  if (!v.is(Tag::Attrs) || v.attrs->find(c.common.type) || v.attrs->find(c.common.functor) || isStringLike(c, v))
    return false;
  const Attr* type = v.attrs->find(c.common.drvType);
  if (!type || !type->value.is(Tag::String)) return true;
  return type->value.string() != "derivation";
}

// Whether all definitions, looked at through mkIf, mkMerge and mkOverride, are sets of further names.
bool isTree(Compose& c, Value raw, bool* any) {
  const Value v = c.ev.force(raw);
  Value error;
  const Property property = propertyOf(c, v, &error);
  if (error.isError() || v.isError()) return false;
  if (property == Property::If || property == Property::Override) {
    const Attr* content = v.attrs->find(c.common.content);
    return content && isTree(c, content->value, any);
  }
  if (property == Property::Merge) {
    const Value contents = c.ev.select(v, c.common.contents, 0);
    if (!contents.is(Tag::List)) return false;
    return std::all_of(contents.list().begin(), contents.list().end(),
                       [&](Value part) { return isTree(c, part, any); });
  }
  if (!isRecord(c, v)) return false;
  *any = *any || v.attrs->size != 0;
  return true;
}

}  // namespace

Value configReference(Compose& c, const Loc* loc) { return reference(c, "config", loc); }

Value openConfig(Level& level, Value set) { return open<Shown::Config>(level, set); }
Value openVisible(Level& level, Value set) { return open<Shown::Visible>(level, set); }
Value openOptions(Level& level, Value set) { return open<Shown::Options>(level, set); }

Value makeAssumed(Level& level) {
  const Value error = resolveDefs(level);
  if (error.isError() || level.assumedMade) return error;
  Compose& c = *level.evaluation->c;
  const Kept kept(c.ev, level.evaluation->isPrivate);
  SmallVector<Symbol, 32> names;
  for (const Entry& entry : level.unmatched)
    if (std::find(names.begin(), names.end(), entry.name) == names.end()) names.push(entry.name);
  std::sort(names.begin(), names.end());
  auto* children = static_cast<Child*>(
      c.ev.arena().allocate(sizeof(Child) * std::max<std::size_t>(names.size(), 1), alignof(Child)));
  for (std::size_t i = 0; i < names.size(); ++i) {
    Child& child = *new (children + i) Child;
    initChild(child, level, names[i]);
    std::vector<Def> defs;
    for (const Entry& entry : level.unmatched)
      if (entry.name == names[i]) defs.push_back(entry.def);
    child.ownDefs = c.ev.arena().copy(std::span<const Def>(defs)).data();
    child.defCount = static_cast<std::uint32_t>(defs.size());
  }
  level.assumed = {children, names.size()};
  level.assumedMade = true;
  return {};
}

Value resolveAssumed(Child& child) {
  Level& level = *child.level;
  Compose& c = *level.evaluation->c;
  const Loc* loc = c.loc(level.loc, child.name);
  bool any = false, tree = true;
  for (const Def& def : childDefs(child)) tree = tree && isTree(c, def.value, &any);
  if (tree && any) {
    child.tree = newLevel(*level.evaluation, loc, &child, {});
    child.kind = ChildKind::Tree;
  } else {
    child.option = assumedOption(c, loc, childDefs(child));
    child.kind = ChildKind::Option;
  }
  return {};
}

Value mergeAssumed(Compose& c, const Loc* loc, std::span<Def> defs) {
  // An empty set has what the option's type gives it: `files.key = { }` makes a file with a path.
  const auto isEmptySet = [&](const Def& def) {
    const Value v = c.ev.force(def.value);
    return v.is(Tag::Attrs) && v.attrs->size == 0;
  };
  if (std::all_of(defs.begin(), defs.end(), isEmptySet)) return configReference(c, loc);
  if (defs.size() == 1) return c.ev.force(defs[0].value);
  bool lists = true;
  for (Def& def : defs) {
    def.value = c.ev.force(def.value);
    if (def.value.isError()) return def.value;
    lists = lists && def.value.is(Tag::List);
  }
  if (lists) return mergeUnspecified(c, loc, defs);
  bool equal = true;
  for (std::size_t i = 1; i < defs.size() && equal; ++i) equal = c.ev.equal(defs[0].value, defs[i].value, 0).isTrue();
  if (equal) return defs[0].value;
  // What becomes of several values depends on the type, which is not known here.
  return residualMerge(c, defs);
}

}  // namespace fleetd::compose
