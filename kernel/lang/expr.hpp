// The syntax tree of the Nix language: compact arena nodes, one struct a kind, scopes resolved to (level, index) by the
// binder.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "kernel/base/span.hpp"
#include "kernel/base/symbol.hpp"

namespace fleetd::lang {

using base::Pos;
using base::Span;
using base::Symbol;

enum class ExprKind : std::uint8_t {
  Int,
  Float,
  String,
  Path,
  SearchPath,  // literals
  Local,
  Global,
  WithVar,
  InheritFrom,  // variables after binding
  Var,          // a name before binding; never evaluated
  Select,
  HasAttr,
  Attrs,
  List,
  Lambda,
  Call,
  Let,
  With,
  If,
  Assert,
  Not,
  Negate,
  Binary,
  Interp,
  CurPos,
};

enum class BinaryOp : std::uint8_t { Or, And, Implies, Eq, Neq, Lt, Leq, Gt, Geq, Add, Sub, Mul, Div, Concat, Update };

// `pos` is where Nix reports the node: its first byte, except Binary (see there). `end` is one past the last byte.
struct Expr {
  ExprKind kind;
  std::uint8_t flags = 0;
  std::uint16_t height =
      0;  // nodes below it on the longest way down; at most kMaxNesting, so recursion over a tree is bounded
  Pos pos = 0;
  Pos end = 0;
  // Its value may be kept for all calls of the functions around it, in the frame so many up (0: it may not), in this of
  // the slots that the frame has besides its names (hoist.hpp).
  std::uint16_t hoistUp = 0;
  std::uint16_t hoistSlot = 0;

  Span span() const { return {pos, end}; }
};

struct ExprInt : Expr {
  std::int64_t value;
};
struct ExprFloat : Expr {
  double value;
};
// A string without interpolation, or a URI; the text lives in the source or in the tree's arena.
struct ExprString : Expr {
  std::string_view text;
};
// A path literal without interpolation: absolute and normalised at parse time against the file's directory ("~/" is
// kept as "~/…").
struct ExprPath : Expr {
  std::string_view path;
};
struct ExprSearchPath : Expr {
  std::string_view name;
};  // <name>

// Before binding; the binder rewrites the node in place to Local, Global or WithVar (all share this layout).
struct ExprVar : Expr {
  Symbol name;
  std::uint32_t level;  // Local: frames up. WithVar: frames up to the innermost With frame. InheritFrom: 0
  std::uint32_t index;  // Local, InheritFrom: slot. Global: index into the evaluator's globals
};

// A name that no file defines, and the index of its value among the evaluator's globals.
struct GlobalName {
  Symbol name;
  std::uint32_t index;
};

// One component of an attribute path: a symbol, or a dynamic name.
struct AttrName {
  Symbol symbol;         // set when static
  Expr* expr = nullptr;  // set when dynamic
  Pos pos = 0;
};

// subject.path or fallback. `pos` is the start of the whole selection.
struct ExprSelect : Expr {
  Expr* subject;
  std::span<AttrName> path;
  Expr* fallback;  // null without `or`
};
struct ExprHasAttr : Expr {
  Expr* subject;
  std::span<AttrName> path;
};

enum class AttrKind : std::uint8_t { Plain, Inherit, InheritFrom };
struct AttrDef {
  Symbol name;
  Pos pos;        // of the name
  AttrKind kind;  // Inherit: the value is bound in the outer scope even in a rec set
  Expr* value;
};
struct DynamicAttr {
  Expr* name;
  Expr* value;
  Pos pos;
};

// `statics` is sorted by symbol id and free of duplicates (merged or reported by the parser). In a recursive set (and
// in let) slot i of the frame is statics[i]. With inheritFrom, the values of kind InheritFrom are
// `Select(InheritFrom(0, i), name)` evaluated in one more frame whose slots are thunks of inheritFrom[i]; that frame's
// parent is the frame the other values see.
struct ExprAttrs : Expr {
  bool recursive;
  std::uint32_t hoists = 0;  // slots of its frame for what is hoisted
  std::span<AttrDef> statics;
  std::span<DynamicAttr> dynamics;  // names see the same frame as values
  std::span<Expr*> inheritFrom;
};
struct ExprList : Expr {
  std::span<Expr*> elements;
};

struct Formal {
  Symbol name;
  Pos pos;
  Expr* fallback;
};  // fallback null: mandatory
// Frame of a call: slot 0 is the argument when `arg` is set, then the formals in the order of `formals` (sorted by
// symbol id).
struct ExprLambda : Expr {
  Symbol arg;   // `x: …` or `args@{ … }: …`; empty for a bare pattern
  Symbol name;  // the binding the function was written in, for messages; may be empty
  bool hasFormals;
  bool ellipsis;
  std::uint32_t hoists = 0;  // slots of its frame for what is hoisted
  std::span<Formal> formals;
  Expr* body;
  std::uint32_t slots() const { return static_cast<std::uint32_t>(formals.size()) + (arg ? 1u : 0u); }
};
struct ExprCall : Expr {
  Expr* function;
  std::span<Expr*> args;
};  // `f a b` is one node; pipes become calls
struct ExprLet : Expr {
  ExprAttrs* attrs;
  Expr* body;
};
// The frame of a with has one slot: the scope. `up` is the distance from this with's own frame to the next enclosing
// With frame, 0 if none.
struct ExprWith : Expr {
  Expr* scope;
  Expr* body;
  std::uint32_t up;
  std::uint32_t hoists = 0;  // slots of its frame for what is hoisted
};
struct ExprIf : Expr {
  Expr* condition;
  Expr* then;
  Expr* otherwise;
};
struct ExprAssert : Expr {
  Expr* condition;
  Expr* body;
};
struct ExprUnary : Expr {
  Expr* operand;
};  // Not, Negate
// `pos` is the start of the left operand; `opPos` the operator sign; `rightPos` the start of the right operand with its
// parentheses.
struct ExprBinary : Expr {
  BinaryOp op;
  Pos opPos;
  Pos rightPos;
  Expr* left;
  Expr* right;
};
// Interpolation: parts are ExprString or any expression. flags & kPathInterp: a path literal with interpolation; its
// first part is an ExprString with the text up to the first interpolation, made absolute like ExprPath, a slash at its
// end kept.
struct ExprInterp : Expr {
  std::span<Expr*> parts;
};
inline constexpr std::uint8_t kPathInterp = 1;
// ExprString as a part: text of the literal itself, as opposed to an interpolated constant.
inline constexpr std::uint8_t kLiteralText = 2;

}  // namespace fleetd::lang
