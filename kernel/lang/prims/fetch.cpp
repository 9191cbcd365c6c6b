// Builtins that only the world outside can answer: fetchers, flakes, environment, time. They ask Evaluator::onExternal,
// else are unknown. With them the two that read and write flake references.
#include "kernel/lang/flake_ref.hpp"
#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

Value external(Evaluator& ev, std::string_view what, Value argument) {
  if (!ev.onExternal) return Value::stuck();
  const Value found = ev.onExternal(ev, what, argument);
  return found.isStuck() ? found : ev.force(found);
}

Value fetch(Evaluator& ev, Value* args, Pos) {
  args[0] = ev.force(args[0]);
  if (args[0].isError()) return args[0];
  return external(ev, "fetch", args[0]);
}

Value getFlake(Evaluator& ev, Value* args, Pos) {
  args[0] = ev.force(args[0]);
  if (args[0].isError()) return args[0];
  return external(ev, "flake", args[0]);
}

Value failedReference(Evaluator& ev, std::string_view shown, const std::string& why) {
  return ev.fail(ErrorKind::Value, 0, "'{}' is no valid flake reference: {}", shown, why);
}

Value parseReference(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantPlainString(ev, args[0], &out)) return out;
  const auto parsed = parseFlakeRef(args[0].string());
  if (!parsed.value) return parsed.error.empty() ? Value::stuck() : failedReference(ev, args[0].string(), parsed.error);
  std::vector<Attr> items;
  for (const auto& [name, value] : *parsed.value) {
    const auto* text = std::get_if<std::string>(&value);
    const auto* number = std::get_if<std::int64_t>(&value);
    items.push_back({ev.symbol(name), 0,
                     text     ? ev.string(*text)
                     : number ? Value::of(*number)
                              : Value::of(std::get<bool>(value))});
  }
  return ev.attrs(items);
}

Value referenceText(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantAttrs(ev, args[0], &out)) return out;
  FlakeRefAttrs attrs;
  bool known = true;
  for (const Attr& attr : *args[0].attrs) {
    const Value value = ev.force(attr.value);
    const std::string name(ev.text(attr.name));
    if (value.isError()) return value;
    if (value.is(Tag::String)) {
      attrs[name] = std::string(value.string());
    } else if (value.is(Tag::Bool)) {
      attrs[name] = value.boolean();
    } else if (value.is(Tag::Int)) {
      if (value.integer < 0)
        return ev.fail(ErrorKind::Value, 0, "negative value given for flake ref attr {}: {}", name, value.integer);
      attrs[name] = value.integer;
    } else if (value.isUnknown()) {
      known = false;
    } else {
      return ev.typeError("a string, an integer or a Boolean", value, attr.pos);
    }
  }
  if (!known) return Value::stuck();
  const auto shown = flakeRefText(attrs);
  if (shown.value) return ev.string(*shown.value);
  return shown.error.empty() ? Value::stuck() : failedReference(ev, "{ … }", shown.error);
}

// Nothing of the operator's environment may decide what a host gets.
Value getEnv(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantPlainString(ev, args[0], &out)) return out;
  return ev.purity() == Purity::Command ? Value::text("") : Value::stuck();
}

constexpr PrimOp kPrims[] = {
    {"fetchGit", 1, fetch, "a git repository"},
    {"fetchMercurial", 1, fetch, "a mercurial repository"},
    {"fetchTarball", 1, fetch, "an unpacked archive"},
    {"fetchTree", 1, fetch, "a source tree"},
    {"fetchurl", 1, fetch, "a file"},
    {"fetchClosure", 1, fetch, "a closure of a binary cache"},
    {"getFlake", 1, getFlake, "a flake"},
    {"parseFlakeRef", 1, parseReference, "the attributes of a flake reference"},
    {"flakeRefToString", 1, referenceText, "the text of a flake reference"},
    {"getEnv", 1, getEnv, "an environment variable"},
};

}  // namespace

std::span<const PrimOp> fetchPrims() { return kPrims; }

}  // namespace fleetd::lang
