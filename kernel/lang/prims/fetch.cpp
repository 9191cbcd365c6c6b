// Builtins that only the world outside can answer: fetchers, flakes, environment, time. They ask Evaluator::onExternal,
// else are unknown.
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

Value flakeReference(Evaluator& ev, Value* args, Pos) {
  args[0] = ev.force(args[0]);
  if (args[0].isError()) return args[0];
  return external(ev, "flake-reference", args[0]);
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
    {"parseFlakeRef", 1, flakeReference, "the attributes of a flake reference"},
    {"flakeRefToString", 1, flakeReference, "the text of a flake reference"},
    {"getEnv", 1, getEnv, "an environment variable"},
};

}  // namespace

std::span<const PrimOp> fetchPrims() { return kPrims; }

}  // namespace fleetd::lang
