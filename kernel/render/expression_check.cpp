// Walking an expression's syntax tree.
#include "kernel/render/expression_check.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "kernel/base/source.hpp"
#include "kernel/base/symbol.hpp"
#include "kernel/lang/parser.hpp"

namespace fleetd::render {

namespace {

using namespace lang;

// Names without a definition inside the expression. `builtins` is special: only its pure members may be selected.
constexpr std::array<std::string_view, 16> kFree = {"pkgs",  "lib",   "config",     "options",  "inputs",      "true",
                                                    "false", "null",  "map",        "toString", "removeAttrs", "isNull",
                                                    "throw", "abort", "baseNameOf", "dirOf"};
constexpr std::string_view kBuiltins = "builtins";
constexpr std::array<std::string_view, 77> kPure = {"add",
                                                    "addErrorContext",
                                                    "all",
                                                    "any",
                                                    "attrNames",
                                                    "attrValues",
                                                    "baseNameOf",
                                                    "bitAnd",
                                                    "bitOr",
                                                    "bitXor",
                                                    "catAttrs",
                                                    "ceil",
                                                    "compareVersions",
                                                    "concatLists",
                                                    "concatMap",
                                                    "concatStringsSep",
                                                    "convertHash",
                                                    "deepSeq",
                                                    "dirOf",
                                                    "div",
                                                    "elem",
                                                    "elemAt",
                                                    "false",
                                                    "filter",
                                                    "floor",
                                                    "foldl'",
                                                    "fromJSON",
                                                    "fromTOML",
                                                    "functionArgs",
                                                    "genList",
                                                    "genericClosure",
                                                    "getAttr",
                                                    "getContext",
                                                    "groupBy",
                                                    "hasAttr",
                                                    "hasContext",
                                                    "hashString",
                                                    "head",
                                                    "intersectAttrs",
                                                    "isAttrs",
                                                    "isBool",
                                                    "isFloat",
                                                    "isFunction",
                                                    "isInt",
                                                    "isList",
                                                    "isNull",
                                                    "isPath",
                                                    "isString",
                                                    "length",
                                                    "lessThan",
                                                    "listToAttrs",
                                                    "map",
                                                    "mapAttrs",
                                                    "match",
                                                    "mul",
                                                    "null",
                                                    "parseDrvName",
                                                    "partition",
                                                    "placeholder",
                                                    "removeAttrs",
                                                    "replaceStrings",
                                                    "seq",
                                                    "sort",
                                                    "split",
                                                    "splitVersion",
                                                    "stringLength",
                                                    "sub",
                                                    "substring",
                                                    "tail",
                                                    "throw",
                                                    "toJSON",
                                                    "toString",
                                                    "toXML",
                                                    "true",
                                                    "tryEval",
                                                    "typeOf",
                                                    "zipAttrsWith"};

class Checker {
 public:
  explicit Checker(base::SymbolTable& symbols) : symbols_(symbols) {}

  std::optional<std::string> problem;

  void check(const Expr* e) {
    if (!e || problem) return;
    switch (e->kind) {
      case ExprKind::Int:
      case ExprKind::Float:
      case ExprKind::String:
      case ExprKind::Local:
      case ExprKind::InheritFrom: return;
      case ExprKind::Path: return refuse("a path");
      case ExprKind::SearchPath: return refuse("a search path");
      case ExprKind::CurPos: return refuse("__curPos");
      case ExprKind::Var:
      case ExprKind::WithVar: return;  // bound by a `with`, or reported by the binder
      case ExprKind::Global:
        if (symbols_.text(as<ExprVar>(e).name) == kBuiltins) refuse("builtins as a whole");
        return;
      case ExprKind::Select: return select(as<ExprSelect>(e));
      case ExprKind::HasAttr: check(as<ExprHasAttr>(e).subject); return names(as<ExprHasAttr>(e).path);
      case ExprKind::Attrs: return attrs(as<ExprAttrs>(e));
      case ExprKind::List: return all(as<ExprList>(e).elements);
      case ExprKind::Lambda: return lambda(as<ExprLambda>(e));
      case ExprKind::Call: check(as<ExprCall>(e).function); return all(as<ExprCall>(e).args);
      case ExprKind::Let: attrs(*as<ExprLet>(e).attrs); return check(as<ExprLet>(e).body);
      case ExprKind::With: check(as<ExprWith>(e).scope); return check(as<ExprWith>(e).body);
      case ExprKind::If:
        check(as<ExprIf>(e).condition);
        check(as<ExprIf>(e).then);
        return check(as<ExprIf>(e).otherwise);
      case ExprKind::Assert: check(as<ExprAssert>(e).condition); return check(as<ExprAssert>(e).body);
      case ExprKind::Not:
      case ExprKind::Negate: return check(as<ExprUnary>(e).operand);
      case ExprKind::Binary: check(as<ExprBinary>(e).left); return check(as<ExprBinary>(e).right);
      case ExprKind::Interp:
        if ((e->flags & kPathInterp) != 0) return refuse("a path");
        return all(as<ExprInterp>(e).parts);
    }
  }

 private:
  template <class T>
  static const T& as(const Expr* e) {
    return *static_cast<const T*>(e);
  }
  void refuse(std::string what) {
    if (!problem) problem = std::move(what);
  }
  void all(std::span<Expr*> exprs) {
    for (const Expr* e : exprs) check(e);
  }
  void names(std::span<AttrName> path) {
    for (const AttrName& name : path) check(name.expr);
  }
  void attrs(const ExprAttrs& set) {
    for (const AttrDef& def : set.statics) check(def.value);
    for (const DynamicAttr& def : set.dynamics) {
      check(def.name);
      check(def.value);
    }
    all(set.inheritFrom);
  }
  void lambda(const ExprLambda& fn) {
    for (const Formal& formal : fn.formals) check(formal.fallback);
    check(fn.body);
  }
  void select(const ExprSelect& e) {
    const bool fromBuiltins =
        e.subject->kind == ExprKind::Global && symbols_.text(as<ExprVar>(e.subject).name) == kBuiltins;
    if (fromBuiltins) {
      const std::string_view member = e.path.front().expr ? std::string_view() : symbols_.text(e.path.front().symbol);
      if (std::find(kPure.begin(), kPure.end(), member) == kPure.end())
        return refuse(member.empty() ? "a computed member of builtins" : fmt::format("builtins.{}", member));
    } else {
      check(e.subject);
    }
    names(e.path);
    check(e.fallback);
  }

  base::SymbolTable& symbols_;
};

Error refused(std::string message) {
  return {base::Code::FL0320,
          std::move(message),
          "an expression may use pkgs, lib, config, options and inputs, and builtins that only compute",
          {}};
}

}  // namespace

Result<void> checkExpression(const std::string& source) {
  if (source.find('\0') != std::string::npos) return refused("an expression holds a NUL byte");
  base::SourceMap sources;
  base::SymbolTable symbols;
  auto file = sources.add("expression of a plugin", source);
  if (!file) return std::move(file).error();
  std::vector<base::Symbol> globals;
  for (const std::string_view name : kFree) globals.push_back(symbols.intern(name));
  globals.push_back(symbols.intern(kBuiltins));
  const auto named = lang::globalsOf(globals);
  const auto parsed = parse(**file, "/", symbols, {named, {}});
  if (!parsed->ok())
    return refused(fmt::format("an expression is refused: {}",
                               parsed->problems.empty() ? "it is empty" : parsed->problems.front().message));
  Checker checker(symbols);
  checker.check(parsed->root);
  if (checker.problem) return refused(fmt::format("an expression is refused: it uses {}", *checker.problem));
  return {};
}

}  // namespace fleetd::render
