// Builds lib and its extensions from families.
#include <algorithm>

#include "kernel/lang/lib/instance.hpp"
#include "kernel/lang/lib/lib.hpp"
#include "kernel/lang/lib/natives.hpp"

namespace fleetd::lang::lib {

std::ptrdiff_t topIndex(std::uint16_t family, std::string_view name) {
  const auto all = topMembers();
  const auto found =
      std::lower_bound(all.begin(), all.end(), name, [](const TopMember& a, std::string_view b) { return a.name < b; });
  return found != all.end() && found->name == name && found->family == family ? found - all.begin() : -1;
}

const Value* directMembers(Evaluator& ev) {
  Value* direct = ev.arena().array<Value>(topMembers().size());
  for (std::uint16_t family = 0; family < families().size(); ++family)
    for (const BuiltinMember& member : families()[family].builtins)
      if (const auto at = topIndex(family, member.name); at >= 0)
        if (const Attr* builtin = ev.builtins().attrs->find(ev.symbol(member.builtin))) direct[at] = builtin->value;
  for (const NativeFamily& table : natives()) {
    const std::uint16_t family = familyIndex(table.family);
    for (const PrimOp& prim : table.prims)
      if (const auto at = topIndex(family, memberName(prim)); at >= 0) direct[at] = Value::of(&prim);
  }
  return direct;
}

namespace {

// The members of lib that come from families: at once where they are C++, builtins or parts, else when they
// are asked for.
void addFamilyMembers(Evaluator& ev, const Instance& instance, std::vector<Attr>* out) {
  std::vector<Value> partOf(topMembers().size());
  std::vector<bool> replaced(families().size());
  std::size_t i = 0;
  for (const auto& [path, make] : ev.libParts()) {
    if (const std::uint16_t family = familyIndex(path); family != kNoFamily)
      replaced[family] = true;
    else if (const auto at = topIndex(familyIndex(withoutLast(path)), lastComponent(path)); at >= 0)
      partOf[static_cast<std::size_t>(at)] = instance.parts[i];
    ++i;
  }
  const State& made = *instance.state;
  for (i = 0; i < topMembers().size(); ++i) {
    const TopMember& member = topMembers()[i];
    Value value = partOf[i];
    if (value.is(Tag::Null) && !replaced[member.family]) {
      value = made.direct[i];
      if (value.is(Tag::Null) && member.part && made.fallback.is(Tag::Null)) continue;
    }
    if (value.is(Tag::Null)) value = prims::lazySelect(ev, instance.families[member.family], made.members[i], 0);
    out->push_back({made.members[i], 0, value});
  }
}

// The members of lib, without `extend`.
Value members(Evaluator& ev, Instance* instance) {
  std::vector<Attr> out;
  addFallback(ev, *instance->state, ".", &out);
  // Who maintains a package is not known here; a list of them has just that use.
  out.push_back({ev.symbol("maintainers"), 0, lazyUnknown(ev, "lib.maintainers")});
  out.push_back({ev.symbol("teams"), 0, lazyUnknown(ev, "lib.teams")});
  for (std::uint16_t i = 0; i < families().size(); ++i) {
    const Family& family = families()[i];
    if (family.parent == kNoFamily && family.name != "." && family.name != "hm")
      out.push_back({ev.symbol(family.name), 0, instance->families[i]});
  }
  addFamilyMembers(ev, *instance, &out);
  std::size_t i = 0;
  for (const auto& [path, make] : ev.libParts()) {
    if (path.find('.') == std::string::npos && familyIndex(path) == kNoFamily)
      out.push_back({ev.symbol(path), 0, instance->parts[i]});
    ++i;
  }
  return ev.attrs(out);
}

// evalModules of an extended lib: modules get that lib as their argument.
Value runEvalModules(Evaluator& ev, Value* args, Pos pos) {
  const Value plainOne = ev.select(ev.lib(), ev.symbol("evalModules"), pos);
  const Value given = ev.force(args[1]);
  if (plainOne.isError() || !given.is(Tag::Attrs)) return plainOne.isError() ? plainOne : ev.call(plainOne, given, pos);
  const Value special = ev.selectOr(given, ev.names().specialArgs, Value::of(ev.newBindings(0)), pos);
  if (special.isError()) return special;
  const Value all = ev.update(ev.attrs({{"lib", args[0]}}), special, pos);
  return all.isError() ? all : ev.call(plainOne, ev.update(given, ev.attrs({{"specialArgs", all}}), pos), pos);
}
constexpr PrimOp kEvalModules{"lib.evalModules", 2, runEvalModules, "evaluates modules with an extended lib"};

Value runBase(Evaluator& ev, Value* args, Pos pos) {
  const Value all = members(ev, newInstance(ev, args[0]));
  const Value evalModules = ev.primApp(&kEvalModules, {args[0]});
  const Value modules = ev.select(all, ev.symbol("modules"), pos);
  if (all.isError() || modules.isError()) return all;
  return ev.update(all,
                   ev.attrs({{"evalModules", evalModules},
                             {"modules", ev.update(modules, ev.attrs({{"evalModules", evalModules}}), pos)}}),
                   pos);
}
constexpr PrimOp kBase{"lib", 1, runBase, "the members of lib, over a final lib"};

Value runExtend(Evaluator& ev, Value* args, Pos pos) {
  const Value fixedPoints = ev.select(ev.lib(), ev.symbol("fixedPoints"), pos);
  if (fixedPoints.isError()) return fixedPoints;
  const Value extended = ev.call(ev.select(fixedPoints, ev.symbol("extends"), pos), {args[0], Value::of(&kBase)}, pos);
  return extended.isError() ? extended
                            : ev.call(ev.select(fixedPoints, ev.symbol("makeExtensible"), pos), extended, pos);
}
constexpr PrimOp kExtend{"lib.extend", 1, runExtend, "lib with members replaced or added"};

// final: previous: { hm = …; }
Value runHome(Evaluator& ev, Value* args, Pos) {
  const Instance* instance = newInstance(ev, args[0]);
  return ev.attrs({{"hm", instance->families[familyIndex("hm")]}});
}
constexpr PrimOp kHome{"lib.hm", 2, runHome, "home-manager's addition to lib"};

}  // namespace

Value plain(Evaluator& ev) {
  const InOwnArena own(ev);
  Instance* instance = newInstance(ev, Value::null());
  const Value base = members(ev, instance);
  const Value extend = ev.attrs({{"extend", Value::of(&kExtend)}});
  instance->final = ev.update(base, extend, 0);
  return instance->final;
}

Value home(Evaluator& ev) {
  State& made = state(ev);
  if (!made.home.is(Tag::Null)) return made.home;
  const InOwnArena own(ev);
  const Value value = ev.call(Value::of(&kExtend), Value::of(&kHome), 0);
  if (!value.isError()) made.home = value;
  return value;
}

}  // namespace fleetd::lang::lib

namespace fleetd::lang {

Value Evaluator::lib() {
  if (lib_.is(Tag::Null)) lib_ = lib::plain(*this);
  return lib_;
}

Value homeLib(Evaluator& ev) { return lib::home(ev); }

Value libOfPart(Evaluator& ev) {
  const lib::State& made = lib::state(ev);
  return made.makingPart ? made.ofPart : ev.lib();
}

}  // namespace fleetd::lang
