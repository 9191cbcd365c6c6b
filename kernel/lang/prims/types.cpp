// Builtins that ask for the kind of a value: typeOf and is….
#include <bit>

#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

// Answers for unknown values too where their form decides.
template <unsigned wanted>
Value isKind(Evaluator& ev, Value* args, Pos) {
  args[0] = ev.force(args[0]);
  if (args[0].isError()) return args[0];
  const unsigned kinds = possibleKinds(ev, args[0]);
  if (kinds == wanted) return Value::of(true);
  if ((kinds & wanted) == 0) return Value::of(false);
  return args[0].isUnknown() ? Value::stuck() : Value::of(false);
}

std::string_view nameOf(unsigned kinds) {
  switch (kinds) {
    case kind::Null: return "null";
    case kind::Bool: return "bool";
    case kind::Int: return "int";
    case kind::Float: return "float";
    case kind::String: return "string";
    case kind::Path: return "path";
    case kind::List: return "list";
    case kind::Set: return "set";
    case kind::Function: return "lambda";
    default: return {};
  }
}

Value typeOf(Evaluator& ev, Value* args, Pos) {
  args[0] = ev.force(args[0]);
  if (args[0].isError()) return args[0];
  if (args[0].is(Tag::Native)) return Value::text("external");
  const std::string_view name = nameOf(possibleKinds(ev, args[0]));
  return name.empty() ? Value::stuck() : Value::text(name);
}

constexpr PrimOp kPrims[] = {
    {"typeOf", 1, typeOf, "the name of a value's type"},
    {"isAttrs", 1, isKind<kind::Set>, "whether a value is a set"},
    {"isBool", 1, isKind<kind::Bool>, "whether a value is a Boolean"},
    {"isFloat", 1, isKind<kind::Float>, "whether a value is a float"},
    {"isFunction", 1, isKind<kind::Function>, "whether a value is a function"},
    {"isInt", 1, isKind<kind::Int>, "whether a value is an integer"},
    {"isList", 1, isKind<kind::List>, "whether a value is a list"},
    {"isNull", 1, isKind<kind::Null>, "whether a value is null"},
    {"isPath", 1, isKind<kind::Path>, "whether a value is a path"},
    {"isString", 1, isKind<kind::String>, "whether a value is a string"},
};

}  // namespace

std::span<const PrimOp> typePrims() { return kPrims; }

}  // namespace fleetd::lang
