// Evaluator: lazy evaluation of Nix expressions with known and unknown values (design §7). One evaluator belongs to one
// thread.
//
// Reading guide: eval.cpp (expressions), call.cpp (functions), attrs.cpp (selection, update), unknown.cpp (symbolic
// rules), coerce.cpp (strings), equal.cpp (==, <), errors.cpp, scope.cpp (hosts one after another), hoist.cpp (constants
// of functions), prims/*.cpp (builtins by family), lib/ (nixpkgs' lib: natives and Nix text).
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "kernel/base/arena.hpp"
#include "kernel/base/diagnostic.hpp"
#include "kernel/base/source.hpp"
#include "kernel/base/symbol.hpp"
#include "kernel/lang/names.hpp"
#include "kernel/lang/value.hpp"

namespace fleetd::lang {

class Scope;
struct GlobalName;
struct ParsedFile;
namespace lib {
struct State;
}

// What evaluation may touch and how far it may go.
struct Limits {
  std::uint32_t callDepth = 10000;  // as Nix
  std::uint64_t steps = 0;          // 0: no budget. Counted per call and per forced thunk
  std::size_t memory = 0;           // bytes of arena; 0: no budget
};

enum class Purity : std::uint8_t {
  Pure,     // currentTime, getEnv, <nixpkgs> … are unknown
  Command,  // `fleetd eval`: like nix-instantiate with an empty NIX_PATH
};

class Evaluator {
 public:
  // `sources` and `symbols` are shared by all evaluators of a run and outlive them.
  Evaluator(base::SourceMap& sources, base::SymbolTable& symbols, Purity purity = Purity::Pure);
  ~Evaluator();
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  // --- evaluation; every result is in weak head normal form: never Thunk, Stuck, Pending, Running ---
  Value eval(const Expr* expr, Env* env);
  Value force(Value v) { return v.tag == Tag::Thunk ? forceThunk(v.thunk) : v; }
  // Everything below too. Returns the first error met (names ascending, lists in order), else v.
  Value forceDeep(Value v);
  // Applies; `fn` may be a function, a functor set or unknown. Arguments need not be forced.
  Value call(Value fn, Value arg, Pos pos);
  Value call(Value fn, std::initializer_list<Value> args, Pos pos);
  // Calls a function with an attribute set of arguments given lazily by name (used for module functions): only the
  // formals are asked for. With `ellipsis` semantics of Nix: a pattern without `...` gets just its formals.
  Value evalFile(const std::string& path);  // import: memoised per path; a directory means default.nix
  Value evalText(std::string label, std::string text, std::string baseDir);  // an expression from the command line
  // scopedImport: the names of `scope` win over the globals. Not memoised.
  Value evalScoped(const std::string& path, Bindings* scope);
  const ParsedFile* parseFile(const std::string& path, Value* error);  // null and *error set on failure

  // --- sets ---
  // set.name; missing attribute is an error at pos; distributes over unknown values.
  Value select(Value set, Symbol name, Pos pos);
  // Null pointer-like: tag Stuck when known to be absent.
  Value selectOr(Value set, Symbol name, Value fallback, Pos pos);
  // Bool, or unknown.
  Value hasAttr(Value set, Symbol name, Pos pos);
  Value update(Value left, Value right, Pos pos);  // left // right, both forced here

  // --- operators; operands are forced here; results may be unknown ---
  Value equal(Value a, Value b, Pos pos);
  Value less(Value a, Value b, Pos pos);
  Value concat(Value a, Value b, Pos pos);  // ++
  Value binary(BinaryOp op, Value a, Value b, Pos pos);
  Value truth(Value v, Pos pos, std::string_view what);  // Bool, unknown, or a type error

  // --- strings ---
  enum class Coerce : std::uint8_t {
    Interpolate,
    ToString,
    Plain
  };  // "${…}" copies paths to the store; toString takes ints, lists …; Plain: strings only
  Value coerceToString(Value v, Coerce mode, Pos pos);
  Value joinStrings(std::span<const Value> parts, Pos pos,
                    bool isPath = false);  // parts coerced already; unknown parts make an Interp
  Value string(std::string_view text) { return Value::text(arena().copy(text)); }
  Value stringWithContext(std::string_view text, const StringContext* context);
  const StringContext* contextOf(Value v) const;
  const StringContext* mergeContext(const StringContext* a, const StringContext* b);
  Value path(std::string_view absolute);  // copies and normalises

  // --- construction ---
  Bindings* newBindings(std::uint32_t size);  // items uninitialised; fill, then sortBindings unless already sorted
  void sortBindings(Bindings* bindings);      // by symbol id; keeps the last of equal names
  Value attrs(std::initializer_list<std::pair<std::string_view, Value>> items);
  Value attrs(std::vector<Attr>& items);  // sorts; names must be unique
  Value list(std::span<const Value> items);
  std::span<Value> newList(std::uint32_t size) { return {arena().array<Value>(size), size}; }
  Value thunk(const Expr* expr, Env* env);  // constants and bound variables are returned directly
  Value nativeThunk(Thunk::Native native, void* data);
  // A thunk that applies fn to args when forced.
  Value lazyCall(Value fn, std::initializer_list<Value> args, Pos pos);
  Value primApp(const PrimOp* prim, std::initializer_list<Value> args);
  Env* newEnv(Env* up, std::uint32_t size, std::uint32_t hoists = 0);
  // Attributes in ascending byte order of their names: the only order that may reach output.
  std::vector<Attr*> sortedByName(Bindings* bindings) const;

  // --- the unknown ---
  Value unknownRoot(std::string_view name, Pos pos = 0);
  Value unknown(UnknownOp op, std::span<const Value> args, Pos pos, Symbol name = {});
  Value unknownPrim(const PrimOp* prim, std::span<const Value> args, Pos pos);
  Value unknownBinary(BinaryOp op, Value a, Value b, Pos pos);
  // Structure of a partly unknown value, for the module system (see unknown.hpp).

  // --- errors ---
  template <class... Args>
  Value fail(ErrorKind kind, Pos pos, fmt::format_string<Args...> format, Args&&... args) {
    return failText(kind, pos, fmt::format(format, std::forward<Args>(args)...));
  }
  Value failText(ErrorKind kind, Pos pos, std::string_view message, std::string_view hint = {});
  // "expected an integer but found a string: "x""
  Value typeError(std::string_view wanted, Value found, Pos pos);
  // Adds a frame "while …" to an error value (a copy; errors are shared by thunks).
  Value addFrame(Value error, Pos pos, std::string_view text);
  base::Diagnostic diagnostic(const EvalError& error) const;
  std::string_view typeName(Value v) const;  // "a string", "a set", … as in Nix's messages
  std::string show(Value v, int depth = 2);  // short text of a value for messages, forces nothing

  // --- memory ---
  base::Arena& arena() { return *arena_; }
  // What lives as long as the evaluator, whatever arena is in use.
  base::Arena& ownArena() { return own_; }
  // Allocations go to `arena` until the guard dies (values made under it must not outlive it).
  void useArena(base::Arena* arena) {
    arena_ = arena;
    mark_ = arena == &own_ ? std::uint16_t{0} : kPrivate;
  }
  // Whether what is made now is forgotten before the evaluator is.
  bool makesPrivate() const { return mark_ != 0; }
  std::uint16_t mark() const { return mark_; }
  // While a scope is in use, shared values may depend on it (scope.hpp). Null: none.
  void useScope(Scope* scope) { scope_ = scope; }
  Scope* scope() const { return scope_; }

  // Owned by the evaluator from now on: what is no plain memory and so cannot be in an arena.
  void keep(std::shared_ptr<void> object) { kept_.push_back(std::move(object)); }

  // --- knowledge ---
  bool assumed() const { return assumed_; }
  void noteAssumed() { assumed_ = true; }
  // Runs f with a clean mark and returns whether f read something assumed; the outer mark is restored unchanged.
  template <class F>
  bool tracksAssumed(F&& f) {
    const bool outer = std::exchange(assumed_, false);
    f();
    return std::exchange(assumed_, outer);
  }

  // --- context ---
  base::SourceMap& sources() { return sources_; }
  base::SymbolTable& symbols() const { return symbols_; }
  Symbol symbol(std::string_view text) { return symbols_.intern(text); }
  std::string_view text(Symbol s) const { return symbols_.text(s); }
  const Names& names() const { return names_; }
  Purity purity() const { return purity_; }
  Limits& limits() { return limits_; }
  Value builtins() const { return builtins_; }
  // Value of lib as natively provided (nixpkgs' lib); lazily built.
  Value lib();
  // Parts of lib that a higher layer provides, by their path below lib ("types", "modules.evalModules"). Set before the
  // first lib().
  void setLibPart(std::string_view path, std::function<Value(Evaluator&)> make) {
    libParts_[std::string(path)] = std::move(make);
  }
  const std::map<std::string, std::function<Value(Evaluator&)>>& libParts() const { return libParts_; }
  // The directory of nixpkgs' own lib: names that have no native form are looked up in it, lazily. Set before the first
  // lib().
  void setLibFallback(std::string directory) { libFallback_ = std::move(directory); }
  const std::string& libFallback() const { return libFallback_; }
  lib::State*& libState() { return libState_; }  // of lib/install.cpp
  std::span<const Value> globals() const { return globals_; }
  const std::vector<GlobalName>& globalNames() const { return globalNames_; }  // sorted by symbol id
  // builtins.trace, warnings: default prints to standard error.
  std::function<void(std::string_view)> onTrace;
  // Told of every file parsed, also of those with problems: the fleet level reports them all.
  std::function<void(const ParsedFile&)> onParsed;
  // Evaluation continues on the calling thread, with its stack (see base/big_stack.hpp). The constructor does this too.
  void useThisThread();
  // Resolves what the language cannot: called for builtins.getFlake, fetchers, <name>; null result tag Stuck means
  // "unknown".
  std::function<Value(Evaluator&, std::string_view what, Value argument)> onExternal;

  // --- used by the evaluator's own files and by builtins ---
  Value forceThunk(Thunk* thunk);
  Value callPrim(const PrimOp* prim, Value* args, Pos pos);
  Value callLambda(Closure* closure, Value arg, Pos pos);
  bool enter(Pos pos, Value* error);  // call depth, stack and budget; false: *error is set
  void leave() { --depth_; }
  std::uint64_t steps() const { return steps_; }

 private:
  friend struct EvalDetail;
  friend class Scope;
  Value runThunk(Thunk* cell);
  struct Deep;
  Value forceDeep(Value v, Deep& deep);
  Value evalAttrs(const ExprAttrs* expr, Env* env);
  Value evalLet(const ExprLet* expr, Env* env);
  Value evalSelect(const ExprSelect* expr, Env* env);
  Value evalHasAttr(const ExprHasAttr* expr, Env* env);
  Value evalInterp(const ExprInterp* expr, Env* env);
  Value evalBinary(const ExprBinary* expr, Env* env);
  Value evalWithVar(const ExprVar* expr, Env* env);
  Value evalCall(const ExprCall* expr, Env* env);
  Value lookup(const ExprVar* expr, Env* env);
  Value newCell(const Expr* expr, Env* env, std::uint16_t mark);
  Value hoisted(const Expr* expr, Env* env);
  void installGlobals();

  base::SourceMap& sources_;
  base::SymbolTable& symbols_;
  Names names_;
  Purity purity_;
  Limits limits_;
  base::Arena own_;
  base::Arena* arena_ = &own_;
  Scope* scope_ = nullptr;
  std::uint16_t mark_ = 0;
  std::vector<std::shared_ptr<void>> kept_;
  std::vector<Value> globals_;
  std::vector<GlobalName> globalNames_;
  Value builtins_;
  Value lib_;
  std::map<std::string, std::function<Value(Evaluator&)>> libParts_;
  std::string libFallback_;
  lib::State* libState_ = nullptr;
  std::unordered_map<std::string, Value> imports_;
  std::unordered_map<std::string, std::unique_ptr<ParsedFile>> parsed_;
  std::vector<std::unique_ptr<ParsedFile>> texts_;
  bool assumed_ = false;
  std::uint32_t depth_ = 0;
  std::uint64_t steps_ = 0;
  const char* stackFloor_ = nullptr;
};

}  // namespace fleetd::lang
