// Builtins that direct evaluation: seq deepSeq throw abort tryEval addErrorContext.
#include <unordered_set>

#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

Value seq(Evaluator& ev, Value* args, Pos) {
  args[0] = ev.force(args[0]);
  if (args[0].isError()) return args[0];
  // Whether an unknown value throws is unknown too, and seq is how one asks.
  return args[0].isUnknown() ? Value::stuck() : ev.force(args[1]);
}

// Forces everything inside a value, each set and list once, without recursion.
class DeepForce {
 public:
  explicit DeepForce(Evaluator& ev) : ev_(ev) {}

  // An error, Stuck when something inside is unknown, or null.
  Value run(Value root) {
    stack_.push_back(root);
    while (!stack_.empty()) {
      const Value v = ev_.force(stack_.back());
      stack_.pop_back();
      if (v.isError()) return open_ ? Value::stuck() : v;
      if (v.isUnknown()) open_ = true;
      if (v.is(Tag::List) && v.aux > 0 && seen_.insert(v.elements).second)
        stack_.insert(stack_.end(), v.list().rbegin(), v.list().rend());
      if (v.is(Tag::Attrs) && seen_.insert(v.attrs).second) {
        const auto sorted = ev_.sortedByName(v.attrs);
        for (auto it = sorted.rbegin(); it != sorted.rend(); ++it) stack_.push_back((*it)->value);
      }
    }
    return open_ ? Value::stuck() : Value::null();
  }

 private:
  Evaluator& ev_;
  std::vector<Value> stack_;
  std::unordered_set<const void*> seen_;
  bool open_ = false;
};

Value deepSeq(Evaluator& ev, Value* args, Pos) {
  const Value result = DeepForce(ev).run(args[0]);
  return result.isError() || result.isStuck() ? result : ev.force(args[1]);
}

// The message of throw and abort. Unknown parts are printed as they stand in the source: that it fails is certain all
// the same.
std::string messageOf(Evaluator& ev, Value v, Value* error) {
  const Value text = ev.coerceToString(v, Evaluator::Coerce::Plain, 0);
  if (text.isError()) {
    *error = text;
    return {};
  }
  return text.isUnknown() ? ev.show(text) : std::string(text.string());
}

Value throwPrim(Evaluator& ev, Value* args, Pos) {
  Value error;
  const std::string message = messageOf(ev, args[0], &error);
  return error.isError() ? error : ev.failText(ErrorKind::Throw, 0, message);
}

Value abortPrim(Evaluator& ev, Value* args, Pos) {
  Value error;
  const std::string message = messageOf(ev, args[0], &error);
  if (error.isError()) return error;
  return ev.fail(ErrorKind::Abort, 0, "evaluation aborted with the following error message: '{}'", message);
}

Value tryEval(Evaluator& ev, Value* args, Pos) {
  args[0] = ev.force(args[0]);
  const Value v = args[0];
  if (v.isUnknown()) return Value::stuck();
  if (v.isError() && !v.error->catchable()) return v;
  return ev.attrs({{"success", Value::of(!v.isError())}, {"value", v.isError() ? Value::of(false) : v}});
}

Value addErrorContext(Evaluator& ev, Value* args, Pos pos) {
  const Value v = ev.force(args[1]);
  if (!v.isError()) return v;
  Value error;
  const std::string message = messageOf(ev, args[0], &error);
  return error.isError() ? v : ev.addFrame(v, pos, message);
}

constexpr PrimOp kPrims[] = {
    {"seq", 2, seq, "the second value, after the first was evaluated"},
    {"deepSeq", 2, deepSeq, "the second value, after everything in the first was evaluated"},
    {"throw", 1, throwPrim, "fails; tryEval catches it"},
    {"abort", 1, abortPrim, "fails; nothing catches it"},
    {"tryEval", 1, tryEval, "whether a value can be evaluated, and the value"},
    {"addErrorContext", 2, addErrorContext, "a value whose errors say more"},
};

}  // namespace

std::span<const PrimOp> controlPrims() { return kPrims; }

}  // namespace fleetd::lang
