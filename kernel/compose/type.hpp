// Option types as native objects. To the language a type is a set as in nixpkgs' lib.types; its hidden attribute
// `__native` leads here.
//
// A set made from a native one with `//` keeps the native behaviour as long as `check` and `merge` are still the native
// ones; any other set of `_type = "option-type"` is Kind::Custom and is asked through its own functions.
#pragma once
#include <cstdint>
#include <span>

#include "kernel/compose/model.hpp"

namespace fleetd::compose {

enum class Kind : std::uint8_t {
  Unspecified,
  Assumed,  // of an option nobody declares (open evaluations)
  Raw,
  Anything,
  Bool,
  BoolByOr,
  Int,
  Float,
  Str,
  NonEmptyStr,
  SingleLineStr,
  StrMatching,      // other: pattern
  SeparatedString,  // other: separator
  Attrs,
  Fileset,
  Package,
  ShellPackage,
  Path,  // inStore, absolute
  LuaInline,
  OptionDeclaration,
  OptionType,
  Enum,        // other: list of values
  ListOf,      // elem
  AttrListOf,  // elem, asAttrs, extra: mergeAttrValues
  AttrsWith,   // elem, lazy, other: placeholder
  AttrTag,     // other: set of options
  Unique,      // elem, other: message
  NullOr,
  FunctionTo,  // elem
  Either,      // elem, other: types
  CoercedTo,   // elem: the coerced type, other: the final type, extra: the function
  AddCheck,    // elem, predicate
  Submodule,   // submodule
  Deferred,    // other: staticModules
  Custom,
};

// What addCheck adds.
enum class Predicate : std::uint8_t {
  None,
  Function,  // other
  Range,     // other <= x <= extra
  NonNegative,
  Positive,
  NonEmptyList,  // nonEmptyListOf
  Passwd,        // no colon, no newline
  PackageSet,    // _type = "pkgs"
};

enum class Tri : std::uint8_t { Null, False, True };

struct SubmoduleArgs {
  Value modules;      // list
  Value specialArgs;  // set
  Value shorthand;    // shorthandOnlyDefinesConfig: true, false or null
  Value description;  // string or null
  Value klass;        // string or null
  Evaluation* base = nullptr;
};

// Which attributes a derived set (`type // { … }`) replaced: these are then asked through the set.
namespace overridden {
inline constexpr std::uint8_t kEmptyValue = 1, kSubModules = 2, kSubstSubModules = 4, kTypeMerge = 8, kSubOptions = 16;
}

struct Type : lang::NativeObject {
  Compose* c = nullptr;
  Kind kind = Kind::Custom;
  Predicate predicate = Predicate::None;
  bool isPrivate = false;  // made for one host of a cohort
  bool v2 = false;         // merges report their own type errors ("TypeError: …"); unset for Custom, see isV2
  std::uint8_t replaced = 0;
  bool lazy = false, asAttrs = false;
  Tri inStore = Tri::Null, absolute = Tri::Null;
  Bindings* attrs = nullptr;       // what the language sees
  const Type* original = nullptr;  // the native type a derived set started from
  std::string_view fixedName;      // when the name is not the one of the kind (ints.u8)
  std::string_view fixedDescription;
  std::string_view fixedClass;
  Value elem, other, extra;
  Type* elemType = nullptr;   // resolved elem
  Type* otherType = nullptr;  // resolved other, of Either and CoercedTo
  SubmoduleArgs* submodule = nullptr;
};

inline constexpr char kTypeKind[] = "compose.type";

// --- type.cpp: making and finding ---
Type* newType(Compose& c, Kind kind);
// The set the language sees, made on first use.
Value typeValue(Type* type);
// The type a value denotes; null and *error set when it is none.
Type* typeOf(Compose& c, Value v, Value* error);
Type* elemOf(Type* type, Value* error);
Type* otherOf(Type* type, Value* error);
bool isV2(Type* type, Value* error);
Type* listOf(Compose& c, Value elem);
Type* attrsWith(Compose& c, Value elem, bool lazy, Value placeholder);
Type* nullOr(Compose& c, Value elem);
Type* functionTo(Compose& c, Value elem);
Type* uniqueOf(Compose& c, Value message, Value elem);
Type* eitherOf(Compose& c, Value left, Value right);
Type* enumOf(Compose& c, Value values);
Type* separatedString(Compose& c, Value separator);
Type* strMatching(Compose& c, Value pattern);
Type* attrTag(Compose& c, Value tags);
Type* deferredWith(Compose& c, Value staticModules);
Type* submoduleWith(Compose& c, const SubmoduleArgs& args);
Type* pathWith(Compose& c, Tri inStore, Tri absolute);
// elem with a further condition; the set is elem's with other `check` and `merge`.
Type* addCheck(Compose& c, Value elem, Predicate predicate, Value other, Value extra, Value* error);

// --- type_text.cpp ---
Value typeDescription(Type* type);  // a string, or an error; honours `//`
Value typeName(Type* type);

// --- type_check.cpp ---
// Bool, an error, or unknown.
Value checkValue(Type* type, Value v);
// A definition that stands alone and needs no further look: true and *out set. Forces nothing, calls nothing; v is
// forced.
bool mergesAtOnce(const Type* type, Value v, Value* out);

// --- type_checked.cpp ---
// What `merge.v2` does: *headError is Null, the text of a type error, or an error; the result is the merged value when
// wanted and fine.
Value checkedValue(Type* type, const Loc* loc, std::span<Def> defs, bool wanted, Value* headError);
// --- type_merge.cpp ---
// What calling `merge` does.
Value mergeOnly(Type* type, const Loc* loc, std::span<Def> defs);
// The value of no definitions; Stuck when there is none.
Value emptyValue(Type* type);

// --- attr_list.cpp, type_merge_sets.cpp, type_merge_values.cpp: mergeOnly of the structured kinds ---
Value mergeList(Type* type, const Loc* loc, std::span<Def> defs);
Value mergeAttrs(Type* type, const Loc* loc, std::span<Def> defs);
Value mergeAttrList(Type* type, const Loc* loc, std::span<Def> defs);
Value mergeTag(Type* type, const Loc* loc, std::span<Def> defs);
Value mergeAnything(Type* type, const Loc* loc, std::span<Def> defs);
Value mergeUnspecified(Compose& c, const Loc* loc, std::span<Def> defs);
Value mergeAssumed(Compose& c, const Loc* loc, std::span<Def> defs);  // open.cpp
Value mergeFunctions(Type* type, const Loc* loc, std::span<Def> defs);
Value mergeEqual(Compose& c, const Loc* loc, std::span<Def> defs);
Value mergeSubmodule(Type* type, const Loc* loc, std::span<Def> defs);

// --- type_functor.cpp: merging two declarations ---
Value typeMerge(Type* a, Type* b);               // a type, Null, or an error
Value typeMergeFunctor(Type* a, Value functor);  // with any functor set
Value typeFunctor(Type* type);
Value defaultTypeMerge(Compose& c, Value functor, Value otherFunctor);

// --- type_parts.cpp: sub-options, sub-modules, nested types ---
Value subModules(Type* type);  // a list, Null, or an error
Value substSubModules(Type* type, Value modules);
Value subOptions(Type* type, const Loc* prefix);
Value nestedTypes(Type* type);

}  // namespace fleetd::compose
