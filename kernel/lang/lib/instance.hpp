// What one lib is while it is being built (install.cpp) and while its families are loaded (families.cpp).
// Internal to lib.
#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "kernel/lang/evaluator.hpp"
#include "kernel/lang/lib/data.hpp"

namespace fleetd::lang::lib {

// One an evaluator, in its own arena.
struct State {
  Value* texts;           // the function of each text, Null before it is parsed
  const Symbol* members;  // the names of topMembers()
  const Value* direct;    // their values where those are C++ or builtins, else Null
  Value home;             // homeLib
  Value fallback;         // nixpkgs' own lib, Null without one
  Value ofPart;           // libOfPart
  bool makingPart;
};

// One lib: the plain one, or an extension. `final` is what its members see as lib.
struct Instance {
  State* state;
  Value final;
  Value* families;  // thunks, by index
  Value* parts;     // thunks, in the order of Evaluator::libParts()
};

// What is made meanwhile lives as long as the evaluator: members of lib are cells that all hosts share.
class InOwnArena {
 public:
  explicit InOwnArena(Evaluator& ev) : ev_(ev), outer_(&ev.arena()) { ev.useArena(&ev.ownArena()); }
  ~InOwnArena() { ev_.useArena(outer_); }
  InOwnArena(const InOwnArena&) = delete;
  InOwnArena& operator=(const InOwnArena&) = delete;

 private:
  Evaluator& ev_;
  base::Arena* outer_;
};

std::uint16_t familyIndex(std::string_view name);  // kNoFamily when there is none
// "a.b" and "c" of "a.b.c"; "." and "c" of "c".
std::string_view withoutLast(std::string_view path);
std::string_view lastComponent(std::string_view path);

State& state(Evaluator& ev);
// Over a final lib, which may be a thunk, or set later.
Instance* newInstance(Evaluator& ev, Value final);
// An unknown root, when asked for. The name is a literal.
Value lazyUnknown(Evaluator& ev, const char* name);
// Adds what nixpkgs' own lib has at a path, in front: of equal names the last one stays.
void addFallback(Evaluator& ev, const State& made, std::string_view path, std::vector<Attr>* members);

// The index of a member of lib that comes from a family, or -1.
std::ptrdiff_t topIndex(std::uint16_t family, std::string_view name);
// The values of topMembers() that are C++ or builtins, else Null; natives win.
const Value* directMembers(Evaluator& ev);

}  // namespace fleetd::lang::lib
