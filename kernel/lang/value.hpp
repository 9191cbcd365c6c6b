// Values of the evaluator: 16-byte words that are copied freely; laziness through Thunk cells; failure and the unknown
// are values too.
//
// Life time: everything a Value points at lives in an Arena of the Evaluator (or in a syntax tree) and is never freed
// one by one. Errors are values: no function of the evaluator throws. `v.isError()` after every force, and return it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "kernel/base/span.hpp"
#include "kernel/base/symbol.hpp"
#include "kernel/lang/expr.hpp"

namespace fleetd::lang {

class Evaluator;
struct Value;
struct Env;
struct Bindings;
struct Closure;
struct PrimOp;
struct PrimApp;
struct Unknown;
struct EvalError;
struct Thunk;
struct ContextString;
struct NativeObject;

enum class Tag : std::uint8_t {
  Null,
  Bool,
  Int,
  Float,
  String,
  Path,
  List,
  Attrs,
  Lambda,
  Prim,
  PrimApp,
  Native,   // an object of the kernel (option types, scopes); opaque to the language
  Unknown,  // a value the fleet does not determine: what is known of it is kept as an operation over other values
  Error,    // evaluation failed here
  Thunk,    // not yet evaluated, or evaluated elsewhere: force() it
  Stuck,    // returned by a builtin that met an unknown operand; callPrim turns it into a residual. Never stored.
  Pending,
  Running,  // only inside Thunk::value
};

struct Value {
  Tag tag = Tag::Null;
  std::uint8_t flags = 0;
  std::uint16_t spare = 0;
  std::uint32_t aux = 0;  // String, Path: length. List: number of elements. Bool: 0 or 1
  union {
    std::int64_t integer;
    double real;
    const char* chars;             // String without context, Path
    const ContextString* context;  // String with kHasContext
    Value* elements;
    Bindings* attrs;
    Closure* closure;
    const PrimOp* prim;
    PrimApp* app;
    Unknown* unknown;
    EvalError* error;
    Thunk* thunk;
    NativeObject* native;
  };

  constexpr Value() : integer(0) {}

  bool is(Tag t) const { return tag == t; }
  bool isError() const { return tag == Tag::Error; }
  bool isUnknown() const { return tag == Tag::Unknown; }
  bool isThunk() const { return tag == Tag::Thunk; }
  bool isStuck() const { return tag == Tag::Stuck; }
  bool isFunction() const { return tag == Tag::Lambda || tag == Tag::Prim || tag == Tag::PrimApp; }
  bool isTrue() const { return tag == Tag::Bool && aux == 1; }
  bool isFalse() const { return tag == Tag::Bool && aux == 0; }

  bool boolean() const { return aux != 0; }
  std::string_view string() const;  // String and Path: the bytes
  std::span<Value> list() const { return {elements, aux}; }

  static Value null() { return {}; }
  static Value of(bool b) {
    Value v;
    v.tag = Tag::Bool;
    v.aux = b ? 1 : 0;
    return v;
  }
  static Value of(std::int64_t i) {
    Value v;
    v.tag = Tag::Int;
    v.integer = i;
    return v;
  }
  static Value of(double d) {
    Value v;
    v.tag = Tag::Float;
    v.real = d;
    return v;
  }
  // The text must outlive the value: use Evaluator::string to copy.
  static Value text(std::string_view s) {
    Value v;
    v.tag = Tag::String;
    v.aux = static_cast<std::uint32_t>(s.size());
    v.chars = s.data();
    return v;
  }
  static Value path(std::string_view s) {
    Value v;
    v.tag = Tag::Path;
    v.aux = static_cast<std::uint32_t>(s.size());
    v.chars = s.data();
    return v;
  }
  static Value list(std::span<Value> l) {
    Value v;
    v.tag = Tag::List;
    v.aux = static_cast<std::uint32_t>(l.size());
    v.elements = l.data();
    return v;
  }
  static Value of(Bindings* b) {
    Value v;
    v.tag = Tag::Attrs;
    v.attrs = b;
    return v;
  }
  static Value of(Closure* c) {
    Value v;
    v.tag = Tag::Lambda;
    v.closure = c;
    return v;
  }
  static Value of(const PrimOp* p) {
    Value v;
    v.tag = Tag::Prim;
    v.prim = p;
    return v;
  }
  static Value of(PrimApp* a) {
    Value v;
    v.tag = Tag::PrimApp;
    v.app = a;
    return v;
  }
  static Value of(Unknown* u) {
    Value v;
    v.tag = Tag::Unknown;
    v.unknown = u;
    return v;
  }
  static Value of(EvalError* e) {
    Value v;
    v.tag = Tag::Error;
    v.error = e;
    return v;
  }
  static Value of(Thunk* t) {
    Value v;
    v.tag = Tag::Thunk;
    v.thunk = t;
    return v;
  }
  static Value of(NativeObject* n) {
    Value v;
    v.tag = Tag::Native;
    v.native = n;
    return v;
  }
  static Value stuck() {
    Value v;
    v.tag = Tag::Stuck;
    return v;
  }
  static Value ofPointer(Tag) = delete;
};
static_assert(sizeof(Value) == 16,
              "two words: attribute sets and lists hold values in place, so this is the memory of a fleet");

// Value::flags
inline constexpr std::uint8_t kHasContext = 1;  // String: payload is a ContextString
inline constexpr std::uint8_t kAssumed =
    2;  // Thunk::value: evaluation read something assumed (design: known / assumed / unknown)

// Value::spare of a Thunk's value while it is Pending (scope.hpp)
inline constexpr std::uint16_t kPrivate = 1;  // made for one host, and forgotten with it
inline constexpr std::uint16_t kScoped = 2;   // depends on the host: the result is kept in slot `aux` of the scope
inline constexpr std::uint16_t kAlways = 4;   // depends on the host, and keeps its result itself

// Sorted, unique store references a string depends on, in the textual form of builtins.getContext's keys
// ("!out!/nix/store/x.drv", "=…", "/nix/store/y").
struct StringContext {
  std::span<const std::string_view> elements;
};
struct ContextString {
  const char* chars;
  const StringContext* context;
};

inline std::string_view Value::string() const {
  return {(tag == Tag::String && (flags & kHasContext)) ? context->chars : chars, aux};
}

// One attribute. `pos` is the place of its name in the source, or 0.
struct Attr {
  Symbol name;
  Pos pos = 0;
  Value value;
};
static_assert(sizeof(Attr) == 24);

// An attribute set: attributes sorted by symbol id (never by name: sort for output with Evaluator::sortedByName).
struct Bindings {
  std::uint32_t size = 0;
  Pos pos = 0;    // of the literal or the call that made it
  Attr items[1];  // `size` of them

  Attr* begin() { return items; }
  Attr* end() { return items + size; }
  const Attr* begin() const { return items; }
  const Attr* end() const { return items + size; }
  std::span<Attr> span() { return {items, size}; }
  // Null when absent. O(log n).
  Attr* find(Symbol name) {
    std::uint32_t low = 0, high = size;
    while (low < high) {
      const std::uint32_t mid = (low + high) / 2;
      if (items[mid].name.id < name.id)
        low = mid + 1;
      else
        high = mid;
    }
    return low < size && items[low].name == name ? items + low : nullptr;
  }
  const Attr* find(Symbol name) const { return const_cast<Bindings*>(this)->find(name); }
};

struct Env {
  Env* up;
  std::uint32_t size;
  std::uint32_t isWith : 31;
  std::uint32_t isPrivate : 1;  // forgotten before the evaluator is
  Value slots[1];               // `size` of them, then those of what is hoisted: Stuck until it is asked for
};

struct Closure {
  const ExprLambda* lambda;
  Env* env;
};

// A cell that is evaluated at most once. Code is either (expr, env) or (native, data); it is kept after evaluation,
// because a residual is code.
struct Thunk {
  using Native = Value (*)(Evaluator&, void* data);
  Value value;       // Pending, Running, or the result
  const Expr* expr;  // null: native
  union {
    Env* env;
    void* data;
  };
  Native native;
};

// A builtin function. `run` gets exactly `arity` arguments, not forced. Returning Stuck means "an operand was unknown".
struct PrimOp {
  using Run = Value (*)(Evaluator&, Value* args, Pos pos);
  std::string_view name;
  std::uint8_t arity;
  Run run;
  std::string_view doc = {};
};
struct PrimApp {
  const PrimOp* prim;
  std::uint32_t count;
  Value args[1];
};

// Objects of other kernel layers inside values (option types, scopes). `kind` is a unique static string of the owning
// layer.
struct NativeObject {
  const char* kind;
};

// How an unknown value is made. Operands are lazy (may be thunks): what an unknown is made of is looked at only when
// somebody asks.
enum class UnknownOp : std::uint8_t {
  Root,        // name: config, pkgs, options, an input, an argument nobody provides
  Select,      // args[0].name
  SelectOr,    // args[0].name or args[1]
  HasAttr,     // args[0] ? name   (one component)
  DynSelect,   // args[0].${args[1]}, optional third: the `or` value
  DynHasAttr,  // args[0] ? ${args[1]}
  Call,        // args[0] args[1]
  If,          // if args[0] then args[1] else args[2]
  Assert,      // assert args[0]; args[1]
  Binary,      // args[0] (binary) args[1]; Concat of lists and Update of sets keep their known side in the operands
  Not,
  Negate,
  Interp,     // string with parts: args are strings, unknowns, StorePath; coerced like "${…}"
  StorePath,  // the store path of the source path args[0]
  Prim,       // builtin `prim` applied to args
  With,       // name looked up in args[0], else args[1], … (dynamic scopes, innermost first)
  Attrs,      // a set literal with names that are not all known: args[0] is the known set, then pairs (name, value)
  Present,  // internal marker value: args[1] present under condition args[0] (entries of filterAttrs and optionalAttrs)
  SearchPath,  // <name>
};

struct Unknown {
  UnknownOp op;
  BinaryOp binary = BinaryOp::Or;
  std::uint16_t spare = 0;
  std::uint32_t count = 0;  // of args
  Symbol name;
  Pos pos = 0;  // where it became unknown
  const PrimOp* prim = nullptr;
  Value* args = nullptr;

  std::span<Value> operands() const { return {args, count}; }
};

enum class ErrorKind : std::uint8_t {
  Throw,
  Assertion,
  Abort,
  Type,
  UndefinedVariable,
  MissingAttr,
  DuplicateAttr,
  InfiniteRecursion,
  Arguments,
  Overflow,
  Range,
  Regex,
  Data,
  File,
  TooLarge,
  Value,
  StackOverflow,
  Syntax,
  Budget,
  Module,
};

struct Frame {
  Pos pos;
  std::string_view text;
  const Frame* outer;
};  // "while evaluating …"

struct EvalError {
  ErrorKind kind = ErrorKind::Abort;
  Pos pos = 0;  // the error's own place, 0 when Nix has none
  Pos end = 0;
  std::string_view message;
  std::string_view hint;          // a way out or "Did you mean x?", may be empty
  const Frame* frames = nullptr;  // innermost first
  std::string_view option;        // option path, when the module system reports
  bool assumed = false;           // something assumed was read on the way: no fact, so nothing to report (design §7)
  // What the module system reports is a `throw` in nixpkgs' lib.
  bool catchable() const {
    return kind == ErrorKind::Throw || kind == ErrorKind::Assertion || kind == ErrorKind::Module;
  }
};

}  // namespace fleetd::lang
