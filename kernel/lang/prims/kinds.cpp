// The kinds of value an unknown may be: what its form alone tells.
#include <algorithm>
#include <iterator>

#include "kernel/lang/lib/natives.hpp"
#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang::prims {

namespace {

constexpr int kMaxDepth = 16;

unsigned kindOf(const Value& v) {
  switch (v.tag) {
    case Tag::Null: return kind::Null;
    case Tag::Bool: return kind::Bool;
    case Tag::Int: return kind::Int;
    case Tag::Float: return kind::Float;
    case Tag::String: return kind::String;
    case Tag::Path: return kind::Path;
    case Tag::List: return kind::List;
    case Tag::Attrs: return kind::Set;
    case Tag::Lambda:
    case Tag::Prim:
    case Tag::PrimApp: return kind::Function;
    case Tag::Native:
    case Tag::Unknown:
    case Tag::Error:
    case Tag::Thunk:
    case Tag::Stuck:
    case Tag::Pending:
    case Tag::Running: break;
  }
  return kind::Any;
}

struct Returns {
  std::string_view name;
  unsigned kinds;
};

// What builtins return, sorted by name. A builtin that is missing may return anything.
constexpr Returns kReturns[] = {
    {"add", kind::Int | kind::Float},
    {"all", kind::Bool},
    {"any", kind::Bool},
    {"appendContext", kind::String},
    {"attrNames", kind::List},
    {"attrValues", kind::List},
    {"baseNameOf", kind::String},
    {"bitAnd", kind::Int},
    {"bitOr", kind::Int},
    {"bitXor", kind::Int},
    {"catAttrs", kind::List},
    {"ceil", kind::Int},
    {"compareVersions", kind::Int},
    {"concatLists", kind::List},
    {"concatMap", kind::List},
    {"concatStringsSep", kind::String},
    {"convertHash", kind::String},
    {"derivation", kind::Set},
    {"derivationStrict", kind::Set},
    {"dirOf", kind::String | kind::Path},
    {"div", kind::Int | kind::Float},
    {"elem", kind::Bool},
    {"fetchGit", kind::Set},
    {"fetchMercurial", kind::Set},
    {"fetchTree", kind::Set},
    {"filter", kind::List},
    {"floor", kind::Int},
    {"fromTOML", kind::Set},
    {"functionArgs", kind::Set},
    {"genList", kind::List},
    {"genericClosure", kind::List},
    {"getContext", kind::Set},
    {"getEnv", kind::String},
    {"getFlake", kind::Set},
    {"groupBy", kind::Set},
    {"hasAttr", kind::Bool},
    {"hasContext", kind::Bool},
    {"hashFile", kind::String},
    {"hashString", kind::String},
    {"intersectAttrs", kind::Set},
    {"isAttrs", kind::Bool},
    {"isBool", kind::Bool},
    {"isFloat", kind::Bool},
    {"isFunction", kind::Bool},
    {"isInt", kind::Bool},
    {"isList", kind::Bool},
    {"isNull", kind::Bool},
    {"isPath", kind::Bool},
    {"isString", kind::Bool},
    {"length", kind::Int},
    {"lessThan", kind::Bool},
    {"listToAttrs", kind::Set},
    {"map", kind::List},
    {"mapAttrs", kind::Set},
    {"match", kind::List | kind::Null},
    {"mul", kind::Int | kind::Float},
    {"parseDrvName", kind::Set},
    {"partition", kind::Set},
    {"pathExists", kind::Bool},
    {"readDir", kind::Set},
    {"readFile", kind::String},
    {"readFileType", kind::String},
    {"removeAttrs", kind::Set},
    {"replaceStrings", kind::String},
    {"sort", kind::List},
    {"split", kind::List},
    {"splitVersion", kind::List},
    {"storePath", kind::String},
    {"stringLength", kind::Int},
    {"sub", kind::Int | kind::Float},
    {"substring", kind::String},
    {"tail", kind::List},
    {"toFile", kind::String},
    {"toJSON", kind::String},
    {"toString", kind::String},
    {"toXML", kind::String},
    {"tryEval", kind::Set},
    {"typeOf", kind::String},
    {"unsafeDiscardOutputDependency", kind::String},
    {"unsafeDiscardStringContext", kind::String},
    {"zipAttrsWith", kind::Set},
};
static_assert(std::is_sorted(std::begin(kReturns), std::end(kReturns),
                             [](const Returns& a, const Returns& b) { return a.name < b.name; }));

unsigned returnsOf(const PrimOp* prim) {
  if (prim->name.starts_with("lib.")) return lib::returnsOfNative(*prim);
  const auto it = std::lower_bound(std::begin(kReturns), std::end(kReturns), prim->name,
                                   [](const Returns& entry, std::string_view name) { return entry.name < name; });
  // Other layers have builtins of their own that may share a name.
  return it != std::end(kReturns) && it->name == prim->name && findPrim(prim->name) == prim ? it->kinds : kind::Any;
}

unsigned kindsOfBinary(const Unknown& u) {
  switch (u.binary) {
    case BinaryOp::Or:
    case BinaryOp::And:
    case BinaryOp::Implies:
    case BinaryOp::Eq:
    case BinaryOp::Neq:
    case BinaryOp::Lt:
    case BinaryOp::Leq:
    case BinaryOp::Gt:
    case BinaryOp::Geq: return kind::Bool;
    case BinaryOp::Sub:
    case BinaryOp::Mul:
    case BinaryOp::Div: return kind::Int | kind::Float;
    case BinaryOp::Add: return kind::Int | kind::Float | kind::String | kind::Path;
    case BinaryOp::Concat: return kind::List;
    case BinaryOp::Update: return kind::Set;
  }
  return kind::Any;
}

unsigned kindsOf(Evaluator& ev, Value v, int depth) {
  if (!v.isUnknown()) return kindOf(v);
  const Unknown& u = *v.unknown;
  auto inside = [&](Value branch) {
    const auto seen = depth < kMaxDepth ? peek(ev, branch) : std::nullopt;
    return seen ? kindsOf(ev, *seen, depth + 1) : kind::Any;
  };
  switch (u.op) {
    case UnknownOp::If: return inside(u.args[1]) | inside(u.args[2]);
    case UnknownOp::Assert: return inside(u.args[1]);
    case UnknownOp::Interp: return u.name ? kind::Path : kind::String;
    case UnknownOp::StorePath: return kind::String;
    case UnknownOp::HasAttr:
    case UnknownOp::DynHasAttr:
    case UnknownOp::Not: return kind::Bool;
    case UnknownOp::Negate: return kind::Int | kind::Float;
    case UnknownOp::Binary: return kindsOfBinary(u);
    case UnknownOp::Attrs: return kind::Set;
    case UnknownOp::Prim: return returnsOf(u.prim);
    case UnknownOp::Root:
    case UnknownOp::Select:
    case UnknownOp::SelectOr:
    case UnknownOp::DynSelect:
    case UnknownOp::Call:
    case UnknownOp::With:
    case UnknownOp::Present:
    case UnknownOp::SearchPath: return kind::Any;
  }
  return kind::Any;
}

}  // namespace

unsigned possibleKinds(Evaluator& ev, Value forced) { return kindsOf(ev, forced, 0); }

}  // namespace fleetd::lang::prims
