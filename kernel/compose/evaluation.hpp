// One evaluation of modules (lib.evalModules): the modules that take part, the tree of their options, configuration and
// result.
//
// Reading guide: collect.cpp (the import graph), module.cpp (what a module says), level.cpp (declarations),
// pushdown.cpp (definitions), option.cpp and merge.cpp (one option), evaluation.cpp (config and result), submodule.cpp
// (evaluations inside evaluations).
#pragma once
#include <span>
#include <string_view>

#include "kernel/compose/compose.hpp"
#include "kernel/compose/knowledge.hpp"
#include "kernel/compose/option.hpp"
#include "kernel/compose/small_vector.hpp"

namespace fleetd::compose {

struct Level;

// A module that takes part before it is loaded.
struct ModuleSource {
  enum class Kind : std::uint8_t {
    List,    // value: a list of modules (not forced)
    One,     // value: a module (not forced)
    Config,  // value: the configuration of a module that has nothing else
    Import,  // value: a module to import, located in `file`
  };
  Kind kind = Kind::One;
  Value value;
  File* file = nullptr;  // Config, Import
};

// A loaded module, with its attributes in one form. Values are lazy.
struct Module {
  File* file;
  std::string_view key;
  Value klass;     // Null: any
  Value imports;   // list
  Pos importsPos;  // of the attribute, or 0
  Value require;   // list that goes before imports, of the short form
  Value disabled;  // list
  Value options;   // set; Null: none
  Value config;    // set
  bool opaque;     // its content is not known here
  bool platform;   // stands for a platform: opens the evaluation, and its options are assumed
  bool subtree;    // declares a subtree of options that is its alone
};

enum class ChildKind : std::uint8_t { Unresolved, Option, Tree, Failed };

// One declared name of a level.
struct Child {
  Level* level;
  Symbol name;
  std::uint32_t declBegin, declCount;
  std::uint32_t defBegin, defCount;
  ChildKind kind;
  State state;
  Option* option;
  Level* tree;
  Value error;
  Def* ownDefs;   // definitions of a name nobody declares; else null and they are the level's
  Thunk config;   // the value in `config`
  Thunk options;  // the set in `options`
};

// A definition of a name of a level. `child` is the index of the name, or kUnmatched.
struct Entry {
  Symbol name;
  Def def;
};

// One set of options and the definitions below it.
struct Level {
  Evaluation* evaluation;
  const Loc* loc;
  Child* origin;  // null: the root
  std::span<Decl> decls;
  State declState, defState;
  Value declError, defError;
  std::span<Decl> declsByChild;
  std::span<Child> children;   // sorted by symbol id
  std::span<Def> defs;         // grouped by child
  std::span<Entry> unmatched;  // definitions of names nobody declares, in order
  bool hasDefs;                // any set of definitions reaches this level
  std::span<Child> assumed;    // the names of `unmatched`, made for open evaluations
  bool assumedMade;
  Bindings* config;
  Bindings* options;
};

// A definition that matches no option.
struct Unmatched {
  const Loc* loc;  // absolute
  const Loc* relative;
  Def def;
};

class Cohort;

struct Evaluation : lang::NativeObject {
  Compose* c;
  bool isPrivate;  // made for one host of a cohort
  Cohort* cohort;  // of the evaluation that stands for every host of it; else null
  std::span<const ModuleSource> sources;
  Value specialArgs;  // set, not forced
  Value klass;        // string or Null, not forced
  const Loc* prefix;
  bool allowUndeclared;  // open: see knowledge.hpp

  State collectState;
  Value collectError;
  std::span<Module*> collected;  // reversed: later modules first

  Value args;  // what module functions are called with; Null until made
  Level* root;
  State unmatchedState;
  Value unmatchedError;
  std::span<Unmatched> unmatched;
  Knowledge knowledge;

  Evaluation* made;  // the evaluation made before this one
  Thunk config;      // everything, `_module` included
  Thunk options;
  Thunk checked;        // Null, or the error of an undeclared option
  Thunk visibleConfig;  // checked, without `_module`
  Thunk visibleOptions;
  Thunk type;
};

inline constexpr char kEvaluationKind[] = "compose.evaluation";

struct EvaluationArgs {
  std::span<const ModuleSource> sources;  // in the arena
  Value specialArgs;
  Value klass;
  const Loc* prefix = nullptr;
  bool open = false;
};
Evaluation* newEvaluation(Compose& c, const EvaluationArgs& args);

inline Value configOf(Evaluation& e) { return Value::of(&e.config); }
inline Value optionsOf(Evaluation& e) { return Value::of(&e.options); }
inline Value visibleConfig(Evaluation& e) { return Value::of(&e.visibleConfig); }
// Whether a definition of an undeclared option is an error where all options are known: `_module.check` holds, no
// freeform type.
bool refusesUndeclared(Evaluation& e);
// What tells one set from another: its address; null for a value that is no set.
inline const void* identityOf(Value v) {
  if (v.is(Tag::Attrs)) return v.attrs;
  return v.isUnknown() ? static_cast<const void*>(v.unknown) : nullptr;
}
// The set evalModules returns.
Value resultOf(Evaluation& e);
Value extendModulesOf(Evaluation& e);
// { modules, specialArgs, prefix } -> the result of the same evaluation with more.
Value extended(Evaluation& e, Value args);
// The value of _module.<name> (check, freeformType, args …) without the checks of the result.
Value moduleOption(Evaluation& e, Symbol name);

// --- collect.cpp ---
Value collect(Evaluation& e);  // Null, or the error
Value moduleGraph(Evaluation& e);
// The module every evaluation ends with: the options of `_module`.
Value internalModule(Evaluation& e);

// `m`, forced; as a path when it is the text of a file in a source at hand: "${self}/module.nix".
Value moduleFile(Compose& c, Value m);
// --- module.cpp ---
// Applies and unifies one element of a list of modules. Null and *error set on failure.
Module* loadModule(Evaluation& e, Value m, File* file, std::string_view key, Value* error);
Module* configModule(Evaluation& e, const ModuleSource& source, std::string_view key);

// --- level.cpp ---
Level* newLevel(Evaluation& e, const Loc* loc, Child* origin, std::span<Decl> decls);
Value resolveDecls(Level& level);  // Null, or the error
Value levelConfig(Level& level);   // the set in `config`, or the error
Value levelOptions(Level& level);
Value resolveChild(Child& child);   // whether it is an option or a tree; Null, or the error
Value resolveOption(Child& child);  // the same, and makes the option
Child* findChild(Level& level, Symbol name);
void initChild(Child& child, Level& level, Symbol name);

// --- pushdown.cpp ---
// A set of definitions at one level.
struct Part {
  Bindings* set;
  File* file;
  const Wrap* wraps;
};
// The sets that definitions of `level` as a whole consist of, properties taken off; Null, or the error.
Value pushDown(Level& level, Value raw, File* file, const Wrap* wraps, SmallVector<Part, 16>& out);
Value resolveDefs(Level& level);  // Null, or the error
std::span<Def> childDefs(Child& child);
// Collects the definitions that match no option, below `level` too.
Value collectUnmatched(Evaluation& e);

}  // namespace fleetd::compose
