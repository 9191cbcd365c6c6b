// What is not known: conditions and values the fleet does not determine, imports that cannot be read, options nobody
// declares (design §7).
//
// An open evaluation is one whose platform declares options of its own. Definitions of undeclared options are kept as
// assumed leaves; reading an option that nobody defines gives the unknown value `config.<path>`. An import that cannot
// be read opens an evaluation, too, and makes every value of it assumed.
#pragma once
#include <functional>
#include <span>

#include "kernel/compose/model.hpp"

namespace fleetd::compose {

struct Level;
struct Module;
struct Child;

// A module or a definition that could not be read.
struct Opaque {
  Value value;  // unknown
  File* file;   // where it is imported or defined
  Opaque* next;
};

// An argument that a module asked for and that neither specialArgs nor _module.args have.
struct MissingArgument {
  Symbol name;
  Pos pos;  // in the pattern of the module's function
  MissingArgument* next;
};

struct Knowledge {
  Opaque* imports = nullptr;             // modules; latest first
  Opaque* definitions = nullptr;         // sets of definitions whose names are not known
  Opaque* declarations = nullptr;        // sets of options whose names are not known
  MissingArgument* arguments = nullptr;  // of an open evaluation; latest first, may repeat
};

// Whether names beside the known ones are possible.
bool isOpen(const Evaluation& e);
// Whether what is defined here may not be all: reads of the evaluation's options are assumed then.
bool isPartial(const Evaluation& e);

// --- conditions and values ---
// a && b of conditions; Null is no condition.
Value conjunction(Compose& c, Value a, Value b);
bool anyUnknown(std::span<const Def> defs);
// The merged value of final definitions of which some are conditional or unknown.
Value mergeUnknown(Compose& c, Type* type, const Loc* loc, std::span<Def> defs);
// The merge as code: an unknown value made of the definitions' values.
Value residualMerge(Compose& c, std::span<const Def> defs);
// Bool, or unknown when all definitions are conditional.
Value definedness(Compose& c, std::span<const Def> defs);
// A definition `if unknown then <property> else …` as two definitions. False: it is none. The visitor returns Null or
// an error.
bool splitUnknown(Compose& c, const Def& def, const std::function<Value(const Def&)>& visit, Value* error);
// The same for a set of definitions of several options: its known parts, each with the condition it holds under (or
// Null).
void splitUnknownSet(Evaluation& e, Value set, File* file,
                     const std::function<Value(Value part, Value condition)>& visit);
// set // (if condition then { name = value; } else { }) for each entry.
struct MaybeEntry {
  Attr attr;
  Value condition;
};
Value withMaybeEntries(Compose& c, Value set, std::span<const MaybeEntry> entries);

// --- modules ---
void noteOpaque(Evaluation& e, Value value, File* file);
void noteUnknownOptions(Evaluation& e, Value value, File* file);
// A module without content for one that is not known; null when `m` is known to be no module.
Module* opaqueModule(Evaluation& e, Value m, File* file, std::string_view key);
// _module.args.<name>
Value moduleArgument(Evaluation& e, Value args, Symbol name, Pos pos);

// --- open.cpp: sets of open evaluations ---
// The set of a level in `config` and in `options`: as it is, or open.
Value openConfig(Level& level, Value set);
Value openVisible(Level& root, Value set);  // config without `_module`
Value openOptions(Level& level, Value set);
// What an option has that the fleet leaves alone: the unknown value config.<loc>.
Value configReference(Compose& c, const Loc* loc);
// The names of a level that only definitions speak of.
Value makeAssumed(Level& level);
Value resolveAssumed(Child& child);

}  // namespace fleetd::compose
