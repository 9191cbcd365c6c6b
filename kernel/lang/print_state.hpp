// The printer's inside; its methods are in print.cpp (strengths, operators) and print_parts.cpp (sets,
// functions, literals).
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "kernel/base/symbol.hpp"
#include "kernel/lang/expr.hpp"

namespace fleetd::lang {

class Printer {
 public:
  // How tightly a place binds its operand, weakest first; the operators' part mirrors the parser's table.
  // clang-format off
  enum Strength : int {
    kAny, kImplies, kOr, kAnd, kEquality, kComparison, kUpdate, kNot, kSum, kProduct, kConcat, kQuestion, kNegate,
    kCall,      // the function of a call
    kArgument,  // an argument, a list element, what follows `or`
    kSimple,    // the subject of a selection
  };
  // clang-format on

  explicit Printer(const base::SymbolTable& symbols) : symbols_(symbols) {}
  // Prints where an operand of at least `needed` strength is wanted.
  void print(const Expr* expr, int needed);
  std::string take() { return std::move(out_); }

 private:
  std::string_view text(Symbol symbol) const { return symbols_.text(symbol); }
  int strength(const Expr* expr) const;
  bool isOrCall(const ExprCall* call) const;
  void form(const Expr* expr);
  void prefixed(std::string_view keyword, const Expr* head, const Expr* body);
  void conditional(const ExprIf* node);
  void negate(const Expr* operand);
  void binary(const ExprBinary* node);
  void call(const ExprCall* call);
  void select(const ExprSelect* select);

  void integer(std::int64_t value);
  void path(std::string_view path);
  void stringParts(const ExprInterp* interp);
  void pathParts(const ExprInterp* interp);
  void list(const ExprList* list);
  void attrPath(std::span<const AttrName> path);
  void dynamicName(const Expr* name);
  void lambda(const ExprLambda* lambda);
  void bindings(const ExprAttrs* attrs);
  void value(const Expr* value);

  const base::SymbolTable& symbols_;
  std::string out_;
};

// Whether the text, an absolute or home path, can stand in source as a path literal (or the start of an
// interpolated one).
bool isPathLiteral(std::string_view path);
bool isPathInterp(const Expr* expr);
// An interpolated path in a directory whose name has no place in a path literal.
bool isOddPath(const Expr* expr);

}  // namespace fleetd::lang
