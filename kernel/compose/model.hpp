// The plain records of the module system: places of options, files, definitions. All live in the evaluator's arena.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "kernel/lang/evaluator.hpp"

namespace fleetd::compose {

using base::Pos;
using base::Symbol;
using lang::Attr;
using lang::Bindings;
using lang::ErrorKind;
using lang::Evaluator;
using lang::Tag;
using lang::Thunk;
using lang::Value;

class Compose;
struct Evaluation;
struct Type;

// Progress of a part that is computed once. Meeting Running again is an infinite recursion.
enum class State : std::uint8_t { Pending, Running, Done };

inline constexpr std::int64_t kDefaultPriority = 100;         // a plain definition
inline constexpr std::int64_t kOptionDefaultPriority = 1500;  // the default of an option
inline constexpr std::int64_t kNoPriority = 9999;             // no definition at all
inline constexpr std::int64_t kDefaultOrder = 1000;

// The path of an option, from the innermost name outwards; null is the empty path. An element of a list definition has
// no name but two numbers, which become a name only when somebody looks.
struct Loc {
  const Loc* up = nullptr;
  Symbol name;                   // empty for a list element
  std::uint32_t definition = 0;  // list element: number of the definition, from 1
  std::uint32_t entry = 0;       // list element: number of the entry, from 1
  std::uint32_t depth = 1;       // number of parts
};

// Where a module or a definition comes from, as text. `raw` becomes a string when it is first looked at.
struct File {
  Value raw;
};

// mkIf and mkOverride around a set, on their way down to the options inside. Linked from the innermost outwards.
struct Wrap {
  enum class Kind : std::uint8_t { If, Override };
  const Wrap* outer;
  Kind kind;
  Value value;           // condition or priority; not forced
  bool perhaps = false;  // If: a language `if` around the set, so that without it there is no definition at all
};

// One definition of one option.
struct Def {
  Value value;
  File* file = nullptr;
  const Wrap* wraps = nullptr;  // properties around `value` that were pushed down to it
  Bindings* set = nullptr;      // the set of mkDefinition, when it came as one
  Value condition;              // unknown condition under which it holds; Null: always
  Pos pos = 0;                  // of the attribute's name
  std::int32_t priority = kDefaultPriority;
  std::int32_t order = kDefaultOrder;
  bool ordered = false;  // sorted together with an mkOrder
};

// One declaration of an option, or a set of options, in one module.
struct Decl {
  File* file = nullptr;
  Pos pos = 0;
  Value options;          // not forced
  bool platform = false;  // by a platform: what the option is set to may not be all
  bool subtree = false;   // by the one module that declares options here
};

// Names and texts.
std::string locPart(const Compose& c, const Loc* loc);     // the last part: `[definition 1-entry 2]`
std::string showOption(const Compose& c, const Loc* loc);  // a."b c".d
std::string showOptionPart(std::string_view part);
std::string nixIdentifier(std::string_view text);  // quoted unless it can stand alone as an attribute name
Value locList(Compose& c, const Loc* loc);         // the list of strings that the language sees
// The path a list of strings denotes, below `up`; null and *error set when it is no such list.
const Loc* locFromList(Compose& c, const Loc* up, Value list, Value* error);

}  // namespace fleetd::compose
