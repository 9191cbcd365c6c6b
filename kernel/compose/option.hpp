// One declared option of an evaluation: its merged declarations, its definitions, its value, and the set that `options`
// shows.
#pragma once
#include <span>

#include "kernel/compose/merge.hpp"
#include "kernel/compose/model.hpp"

namespace fleetd::compose {

struct Option {
  Compose* c;
  const Loc* loc;
  Bindings* declared;  // the declarations' attributes merged, with declarations, loc, options …
  Type* type;
  Cell cell;  // definitions, the default first
  bool hasDefault, readOnly;
  bool assumed;                 // its value may not be the last word: reading it is noted
  Value apply;                  // Stuck: none
  File* declaredIn;             // file of the first declaration
  std::span<const Decl> decls;  // empty for options of an attrTag
  Thunk value;                  // the value with `apply` done
  Thunk view;                   // the set in `options`
};

// An option from a merged declaration (what mkOption or mergeDecls made). Null and *error set when its type is none.
Option* newOption(Compose& c, const Loc* loc, Value declaration, std::span<Def> defs, Value* error);
// An option from the declarations of several modules.
Option* declareOption(Compose& c, const Loc* loc, std::span<const Decl> decls, std::span<Def> defs, Value* error);
// A declared option without definitions, with these.
Option* optionWith(const Option& declared, std::span<const Def* const> defs);
// An option nobody declares, known by its definitions only.
Option* assumedOption(Compose& c, const Loc* loc, std::span<Def> defs);
inline Value optionValue(Option& option) { return Value::of(&option.value); }
inline Value optionView(Option& option) { return Value::of(&option.view); }

// lib.mergeOptionDecls: the merged set of several declarations, or an error.
Value mergeDecls(Compose& c, const Loc* loc, std::span<const Decl> decls);
// lib.fixupOptionType: the same set with its final type.
Value fixupType(Compose& c, Value merged);
// Several definitions of an option whose values are types.
Value mergeOptionTypes(Compose& c, const Loc* loc, std::span<Def> defs);
// { _file = file; imports = [ module ]; }
Value located(Compose& c, Value file, Value module);

}  // namespace fleetd::compose
