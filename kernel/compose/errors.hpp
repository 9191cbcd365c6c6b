// The errors of the module system, in the words nixpkgs' lib uses, because people search for them.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "kernel/compose/model.hpp"

namespace fleetd::compose {

// "… is not of type `T'. Definition values:" with the definitions that fail the check of `type`.
Value notOfType(Type* type, const Loc* loc, std::span<const Def> invalid);
// "… is not of type `T'. TypeError: <head>"
Value typeErrorOf(Type* type, const Loc* loc, Value head, std::span<const Def> defs);
Value noValue(Compose& c, const Loc* loc);
Value conflicting(Compose& c, const Loc* loc, const Def& first, const Def& second);
Value notUnique(Compose& c, const Loc* loc, std::string_view message, std::span<const Def> defs);
Value cannotMerge(Compose& c, const Loc* loc, std::span<const Def> defs);
Value readOnlyTwice(Compose& c, const Loc* loc, std::span<const Def> defs);
// A definition that is no set where options are nested.
Value notASet(Compose& c, const Loc* loc, File* file, Value value);
// `invalid` is the path of the definition that matches no option; `siblings` the names that exist beside it.
Value noSuchOption(Compose& c, const Loc* prefix, const Loc* invalid, const Def& def,
                   std::span<const std::string_view> siblings, bool noOptions);
Value incoherentCheck(Type* type, const Loc* loc);
// The error with the frame "while evaluating the option `x':" and, unless it names one already, its option.
Value inOption(Compose& c, Value error, const Loc* loc);
Value inDefinition(Compose& c, Value error, File* file);
std::string_view valueKind(Value v);  // builtins.typeOf

}  // namespace fleetd::compose
