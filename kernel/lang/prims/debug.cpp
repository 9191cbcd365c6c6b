// Builtins for people who look for mistakes: trace traceVerbose warn break. They write through Evaluator::onTrace.
#include <cstdio>

#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

void say(Evaluator& ev, std::string_view kind, std::string_view text) {
  const std::string line = fmt::format("{}: {}", kind, text);
  if (ev.onTrace)
    ev.onTrace(line);
  else
    fmt::print(stderr, "{}\n", line);
}

Value trace(Evaluator& ev, Value* args, Pos) {
  const Value message = ev.force(args[0]);
  if (message.isError()) return message;
  say(ev, "trace", message.is(Tag::String) ? std::string(message.string()) : ev.show(message));
  return ev.force(args[1]);
}

// Nix prints these only with --trace-verbose.
Value traceVerbose(Evaluator& ev, Value* args, Pos) { return ev.force(args[1]); }

Value warn(Evaluator& ev, Value* args, Pos) {
  const Value message = ev.force(args[0]);
  if (message.isError()) return message;
  if (!message.is(Tag::String) && !message.isUnknown()) return ev.typeError("a string", message, 0);
  say(ev, "evaluation warning", message.is(Tag::String) ? std::string(message.string()) : ev.show(message));
  return ev.force(args[1]);
}

Value breakPrim(Evaluator& ev, Value* args, Pos) { return ev.force(args[0]); }

constexpr PrimOp kPrims[] = {
    {"trace", 2, trace, "the second value, after the first was printed"},
    {"traceVerbose", 2, traceVerbose, "the second value"},
    {"warn", 2, warn, "the second value, after a warning was printed"},
    {"break", 1, breakPrim, "its argument"},
};

}  // namespace

std::span<const PrimOp> debugPrims() { return kPrims; }

}  // namespace fleetd::lang
