// Errors as values, their frames, and the diagnostics made of them.
#include <algorithm>

#include "kernel/lang/evaluator.hpp"
#include "kernel/lang/show.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::lang {

namespace {

base::Code codeOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Throw: return base::Code::FL0201;
    case ErrorKind::Assertion: return base::Code::FL0202;
    case ErrorKind::Abort: return base::Code::FL0203;
    case ErrorKind::Type: return base::Code::FL0204;
    case ErrorKind::UndefinedVariable: return base::Code::FL0205;
    case ErrorKind::MissingAttr: return base::Code::FL0206;
    case ErrorKind::DuplicateAttr: return base::Code::FL0207;
    case ErrorKind::InfiniteRecursion: return base::Code::FL0208;
    case ErrorKind::Arguments: return base::Code::FL0209;
    case ErrorKind::Overflow: return base::Code::FL0210;
    case ErrorKind::Range: return base::Code::FL0211;
    case ErrorKind::Regex: return base::Code::FL0212;
    case ErrorKind::Data: return base::Code::FL0213;
    case ErrorKind::File: return base::Code::FL0002;
    case ErrorKind::TooLarge: return base::Code::FL0004;
    case ErrorKind::Value: return base::Code::FL0214;
    case ErrorKind::StackOverflow: return base::Code::FL0215;
    case ErrorKind::Syntax: return base::Code::FL0101;
    case ErrorKind::Budget: return base::Code::FL0216;
    case ErrorKind::Module: return base::Code::FL0401;
  }
  return base::Code::FL0001;
}

}  // namespace

Value Evaluator::failText(ErrorKind kind, Pos pos, std::string_view message, std::string_view hint) {
  EvalError error;
  error.kind = kind;
  error.assumed = assumed_;
  error.pos = pos;
  error.message = arena().copy(message);
  error.hint = hint.empty() ? std::string_view() : arena().copy(hint);
  return Value::of(arena().make<EvalError>(error));
}

Value Evaluator::typeError(std::string_view wanted, Value found, Pos pos) {
  return fail(ErrorKind::Type, pos, "expected {} but found {}: {}", wanted, typeName(found), show(found));
}

Value Evaluator::addFrame(Value error, Pos pos, std::string_view message) {
  if (!error.isError()) return error;
  auto* copy = arena().make<EvalError>(*error.error);
  // Frames are kept innermost first: the new, outer one goes to the end. Chains are short and bounded.
  constexpr int kMaxFrames = 12;
  std::vector<Frame> frames;
  for (const Frame* f = copy->frames; f; f = f->outer) frames.push_back(*f);
  if (frames.size() >= kMaxFrames) return error;
  frames.push_back({pos, arena().copy(message), nullptr});
  Frame* chain = nullptr;
  for (auto it = frames.rbegin(); it != frames.rend(); ++it)
    chain = arena().make<Frame>(Frame{it->pos, it->text, chain});
  copy->frames = chain;
  return Value::of(copy);
}

base::Diagnostic Evaluator::diagnostic(const EvalError& error) const {
  base::Diagnostic out;
  out.code = codeOf(error.kind);
  out.severity = base::info(out.code).severity;
  out.message = std::string(error.message);
  out.option = std::string(error.option);
  if (!error.hint.empty()) out.notes.emplace_back(error.hint);
  Pos pos = error.pos;
  for (const Frame* frame = error.frames; frame; frame = frame->outer) {
    if (pos == 0 && frame->pos != 0) {
      pos = frame->pos;
      out.notes.emplace_back(frame->text);
    } else if (frame->pos != 0) {
      out.labels.push_back({{frame->pos, frame->pos + 1}, std::string(frame->text)});
    }
  }
  if (pos != 0) out.span = {pos, error.end > pos ? error.end : pos + 1};
  return out;
}

std::string_view Evaluator::typeName(Value v) const {
  switch (v.tag) {
    case Tag::Null: return "null";
    case Tag::Bool: return "a Boolean";
    case Tag::Int: return "an integer";
    case Tag::Float: return "a float";
    case Tag::String: return (v.flags & kHasContext) ? "a string with context" : "a string";
    case Tag::Path: return "a path";
    case Tag::List: return "a list";
    case Tag::Attrs: return "a set";
    case Tag::Lambda: return "a function";
    case Tag::Prim: return "a built-in function";
    case Tag::PrimApp: return "a partially applied built-in function";
    case Tag::Native: return "an object of fleetd";
    case Tag::Unknown: return "a value that is not known here";
    case Tag::Error: return "an error";
    case Tag::Thunk:
    case Tag::Pending:
    case Tag::Running:
    case Tag::Stuck: return "a thunk";
  }
  return "a value";
}

Value positionSet(Evaluator& ev, Pos pos) {
  const base::Location at = ev.sources().locate(pos);
  if (!at.file) return Value::null();
  return ev.attrs({{"file", Value::text(at.file->name)},
                   {"line", Value::of(static_cast<std::int64_t>(at.at.line))},
                   {"column", Value::of(static_cast<std::int64_t>(at.at.column))}});
}

Value assertionFailed(Evaluator& ev, const ExprAssert* node, Env* env) {
  const std::string condition = showExpr(*node->condition, ev.symbols());
  if (node->condition->kind == ExprKind::Binary) {
    const auto* binary = static_cast<const ExprBinary*>(node->condition);
    if (binary->op == BinaryOp::Eq) {
      const Value a = ev.forceDeep(ev.eval(binary->left, env));
      const Value b = ev.forceDeep(ev.eval(binary->right, env));
      const std::string difference = describeDifference(ev, a, b);
      if (!difference.empty())
        return ev.addFrame(
            ev.failText(ErrorKind::Assertion, 0, difference), node->pos,
            ev.arena().copy(fmt::format("while evaluating the condition of the assertion '{}'", condition)));
    }
  }
  return ev.fail(ErrorKind::Assertion, node->pos, "assertion '{}' failed", condition);
}

}  // namespace fleetd::lang
