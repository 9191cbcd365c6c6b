// Loads the families of lib: from texts, builtins, natives, parts of other layers and nixpkgs' own lib.
#include <algorithm>

#include "kernel/lang/lib/instance.hpp"
#include "kernel/lang/lib/natives.hpp"

namespace fleetd::lang::lib {

namespace {

struct FamilyOf {
  Instance* instance;
  std::uint16_t index;
};

struct PartOf {
  Instance* instance;
  const std::function<Value(Evaluator&)>* make;
};

Value textFunction(Evaluator& ev, State& made, std::uint16_t index) {
  Value& function = made.texts[index];
  if (function.is(Tag::Null)) {
    const Text& text = texts()[index];
    function = ev.evalText(fmt::format("«lib/{}.nix»", text.name), std::string(text.text), "/");
  }
  return function;
}

Value callText(Evaluator& ev, void* raw);

struct TextCall {
  Instance* instance;
  std::uint16_t text;
};

// The set a text makes. With `second`, that text's value is its second argument.
Value textSet(Evaluator& ev, Instance* instance, std::uint16_t first, const std::uint16_t* second) {
  Value function = textFunction(ev, *instance->state, first);
  if (function.isError()) return function;
  function = ev.call(function, instance->final, 0);
  if (!second || function.isError()) return function;
  return ev.call(function, ev.nativeThunk(callText, ev.arena().make<TextCall>(TextCall{instance, *second})), 0);
}

Value callText(Evaluator& ev, void* raw) {
  auto* call = static_cast<TextCall*>(raw);
  const InOwnArena own(ev);
  return textSet(ev, call->instance, call->text, nullptr);
}

Value makePart(Evaluator& ev, void* raw) {
  auto* part = static_cast<PartOf*>(raw);
  const InOwnArena own(ev);
  State& made = *part->instance->state;
  const Value outer = std::exchange(made.ofPart, part->instance->final);
  const bool making = std::exchange(made.makingPart, true);
  const Value value = ev.force((*part->make)(ev));
  made.ofPart = outer;
  made.makingPart = making;
  return value;
}

// The part of a path, or Null.
Value partAt(Evaluator& ev, const Instance& instance, std::string_view path) {
  const auto& parts = ev.libParts();
  const auto found = parts.find(std::string(path));
  return found == parts.end() ? Value::null() : instance.parts[std::distance(parts.begin(), found)];
}

// The set of a family in nixpkgs' own lib, or Null.
Value fallbackFamily(Evaluator& ev, const State& made, std::string_view path) {
  Value set = ev.force(made.fallback);
  while (set.is(Tag::Attrs) && path != ".") {
    const std::size_t dot = std::min(path.find('.'), path.size());
    const Attr* inner = set.attrs->find(ev.symbol(path.substr(0, dot)));
    set = inner ? ev.force(inner->value) : Value::null();
    path = dot == path.size() ? std::string_view(".") : path.substr(dot + 1);
  }
  return set.is(Tag::Attrs) ? set : Value::null();
}

}  // namespace

std::uint16_t familyIndex(std::string_view name) {
  const auto all = families();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Family& family) { return family.name == name; });
  return found == all.end() ? kNoFamily : static_cast<std::uint16_t>(found - all.begin());
}

std::string_view lastComponent(std::string_view path) { return path.substr(path.rfind('.') + 1); }
std::string_view withoutLast(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view(".") : path.substr(0, dot);
}

State& state(Evaluator& ev) {
  if (State* made = ev.libState()) return *made;
  const InOwnArena own(ev);
  State* made = ev.arena().make<State>();
  made->texts = ev.arena().array<Value>(texts().size());
  Symbol* members = ev.arena().array<Symbol>(topMembers().size());
  for (std::size_t i = 0; i < topMembers().size(); ++i) members[i] = ev.symbol(topMembers()[i].name);
  made->members = members;
  made->direct = directMembers(ev);
  if (!ev.libFallback().empty())
    made->fallback = ev.nativeThunk([](Evaluator& self, void*) { return self.evalFile(self.libFallback()); }, nullptr);
  ev.libState() = made;
  return *made;
}

void addFallback(Evaluator& ev, const State& made, std::string_view path, std::vector<Attr>* members) {
  if (made.fallback.is(Tag::Null)) return;
  const Value set = fallbackFamily(ev, made, path);
  if (!set.is(Tag::Attrs)) return;
  // In front, because of equal names the last one stays.
  members->insert(members->begin(), set.attrs->begin(), set.attrs->end());
}

Value lazyUnknown(Evaluator& ev, const char* name) {
  return ev.nativeThunk([](Evaluator& self, void* raw) { return self.unknownRoot(static_cast<const char*>(raw)); },
                        const_cast<char*>(name));
}

namespace {

Value loadFamily(Evaluator& ev, void* raw) {
  auto* of = static_cast<FamilyOf*>(raw);
  const Family& family = families()[of->index];
  Instance* instance = of->instance;
  if (const Value part = partAt(ev, *instance, family.name); !part.is(Tag::Null)) return ev.force(part);
  const InOwnArena own(ev);
  std::vector<Attr> members;
  addFallback(ev, *instance->state, family.name, &members);
  for (std::size_t i = 0; i < family.texts.size(); ++i) {
    const Value set = textSet(ev, instance, family.texts[i], family.applied ? &family.texts[1] : nullptr);
    if (set.isError()) return set;
    if (!set.is(Tag::Attrs)) return ev.typeError("a set", set, 0);
    members.insert(members.end(), set.attrs->begin(), set.attrs->end());
    if (family.applied) break;
  }
  for (const BuiltinMember& member : family.builtins)
    if (const Attr* builtin = ev.builtins().attrs->find(ev.symbol(member.builtin)))
      members.push_back({ev.symbol(member.name), 0, builtin->value});
  for (const NativeFamily& table : natives()) {
    if (table.family != family.name) continue;
    for (const PrimOp& prim : table.prims) members.push_back({ev.symbol(memberName(prim)), 0, Value::of(&prim)});
  }
  for (std::size_t i = 0; i < families().size(); ++i)
    if (families()[i].parent == of->index)
      members.push_back({ev.symbol(lastComponent(families()[i].name)), 0, instance->families[i]});
  if (family.name == "hm") members.push_back({ev.symbol("maintainers"), 0, lazyUnknown(ev, "lib.hm.maintainers")});
  std::size_t index = 0;
  for (const auto& [path, make] : ev.libParts()) {
    if (withoutLast(path) == family.name)
      members.push_back({ev.symbol(lastComponent(path)), 0, instance->parts[index]});
    ++index;
  }
  return ev.attrs(members);
}

}  // namespace

Instance* newInstance(Evaluator& ev, Value final) {
  auto* instance = ev.arena().make<Instance>(Instance{&state(ev), final, nullptr, nullptr});
  instance->families = ev.arena().array<Value>(families().size());
  for (std::uint16_t i = 0; i < families().size(); ++i)
    instance->families[i] = ev.nativeThunk(loadFamily, ev.arena().make<FamilyOf>(FamilyOf{instance, i}));
  instance->parts = ev.arena().array<Value>(ev.libParts().size());
  std::size_t i = 0;
  for (const auto& [path, make] : ev.libParts())
    instance->parts[i++] = ev.nativeThunk(makePart, ev.arena().make<PartOf>(PartOf{instance, &make}));
  return instance;
}

}  // namespace fleetd::lang::lib
