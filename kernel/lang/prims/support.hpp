// What builtins share: taking operands apart, and the pieces of partly known lists and sets.
//
// The want… functions force an operand in place. They return true when it is known and of the kind; otherwise *out
// holds what the builtin has to return: the error, or Stuck, from which the evaluator makes a residual.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/lang/evaluator.hpp"
#include "kernel/lang/prims/prims.hpp"

namespace fleetd::lang::prims {

// Larger results are refused: a list or text of this size in a configuration is a mistake or an attack.
inline constexpr std::uint64_t kMaxElements = 1u << 24;
inline constexpr std::uint64_t kMaxText = 1u << 30;

bool wantBool(Evaluator& ev, Value& v, Value* out);
bool wantInt(Evaluator& ev, Value& v, Value* out);
bool wantString(Evaluator& ev, Value& v, Value* out);
// A string that names something: one that refers to a store path is refused.
bool wantPlainString(Evaluator& ev, Value& v, Value* out);
bool wantList(Evaluator& ev, Value& v, Value* out);
bool wantAttrs(Evaluator& ev, Value& v, Value* out);
// A string, or what coerces to one as in "${…}" (paths become store paths).
bool wantText(Evaluator& ev, Value& v, Value* out);
// The bytes of a path operand: a path, an absolute string, or a set with outPath.
bool wantPath(Evaluator& ev, Value v, std::string* path, Value* out);
// The same for a file to read: "${self}/x" and a flake name the file in the source at hand, because the store holds the
// same content.
bool wantSource(Evaluator& ev, Value v, std::string* path, Value* out);
// Whether nothing can be said about a path that is not there: a file of the store may be built one day.
bool mayAppear(const Evaluator& ev, std::string_view path);
// The bytes of a file, or nothing and *out is Nix's error.
std::optional<std::string> readForBuiltin(Evaluator& ev, const std::string& path, Value* out);

// The attribute's value (lazy), or *out is "attribute … missing".
bool wantAttr(Evaluator& ev, const Bindings& set, Symbol name, Value* value, Value* out);
Value missingAttr(Evaluator& ev, Symbol name);

// Applies a builtin, now or when asked.
Value applyPrim(Evaluator& ev, const PrimOp* prim, std::initializer_list<Value> args, Pos pos);
Value lazyPrim(Evaluator& ev, const PrimOp* prim, std::span<const Value> args, Pos pos);
// set.name when asked.
Value lazySelect(Evaluator& ev, Value set, Symbol name, Pos pos);
Value unknownIf(Evaluator& ev, Value condition, Value then, Value otherwise, Pos pos);

// --- partly known values ---

// The value in weak head normal form when that takes no evaluation of anything Nix might not evaluate: a value, an
// evaluated cell, a literal.
std::optional<Value> peek(Evaluator& ev, Value v);

// prim(args) where args[index] is `if c then a else b` (or an assert): the builtin moves into the branches, which stay
// unevaluated. nullopt when args[index] has another form. Right for every builtin that is strict in that operand.
std::optional<Value> distribute(Evaluator& ev, const PrimOp* prim, std::span<const Value> args, std::size_t index,
                                Pos pos);

// A list as its pieces in order, each a known list or an unknown value that is no concatenation. False: *out is what to
// return.
bool listPieces(Evaluator& ev, Value list, std::vector<Value>* pieces, Value* out);
bool allKnown(std::span<const Value> pieces);
// The elements of pieces that are all known.
std::vector<Value> elementsOf(std::span<const Value> pieces);

// Builds a list of elements and unknown pieces.
class ListBuilder {
 public:
  explicit ListBuilder(Evaluator& ev) : ev_(ev) {}
  void add(Value element) { run_.push_back(element); }
  // A known list, or an unknown value that is a list.
  void addPiece(Value piece);
  bool tooLong() const { return count_ + run_.size() > kMaxElements; }
  Value finish(Pos pos);

 private:
  void flush();
  Evaluator& ev_;
  std::vector<Value> run_;
  std::vector<Value> pieces_;
  std::uint64_t count_ = 0;
};

Value tooLarge(Evaluator& ev, std::string_view what);

// A set as the operands of its `//`, left to right, each a known set or an unknown value that is no update.
bool setPieces(Evaluator& ev, Value set, std::vector<Value>* pieces, Value* out);
// piece // piece // …
Value joinSets(Evaluator& ev, std::span<const Value> pieces, Pos pos);

// The attributes of a set of known names, some of which are there only under a condition. Sorted by name.
struct Entry {
  Symbol name;
  Value value;                     // lazy
  std::optional<Value> condition;  // unknown truth value; none: certainly there
};
std::optional<std::vector<Entry>> entriesOf(Evaluator& ev, Value set, Pos pos);

// The kinds of value something may be when it is one at all.
namespace kind {
inline constexpr unsigned Null = 1, Bool = 2, Int = 4, Float = 8, String = 16, Path = 32, List = 64, Set = 128,
                          Function = 256, Any = 511;
}
unsigned possibleKinds(Evaluator& ev, Value forced);

}  // namespace fleetd::lang::prims
