// Compose: the module system of one evaluator, and its parts of lib (types, evalModules, …).
#pragma once
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kernel/compose/model.hpp"
#include "kernel/compose/names.hpp"
#include "kernel/compose/type.hpp"

namespace fleetd::compose {

inline constexpr char kComposeKind[] = "compose";

// The evaluator keeps it, as long as it lives itself. One thread, the evaluator's.
class Compose : public lang::NativeObject {
 public:
  explicit Compose(Evaluator& evaluator);

  Evaluator& ev;
  const ComposeNames names;
  const lang::Names& common;
  File unknownFile;   // <unknown-file>
  File internalFile;  // lib/modules.nix

  // Types without parameters.
  Type *unspecified, *assumed, *raw, *anything, *boolean, *boolByOr, *integer, *floating, *str, *nonEmptyStr,
      *singleLineStr, *attrs, *fileset, *package, *shellPackage, *path, *pathInStore, *externalPath, *luaInline,
      *optionDeclaration, *optionType, *deferred, *lines, *commas, *envVar, *number, *json, *toml, *unsignedInt,
      *positiveInt, *port, *packageSet;
  Value typesSet;  // lib.types

  // Every evaluation made, latest first.
  Evaluation* evaluations = nullptr;
  // A configuration inside a configuration is found by its value: the set, or the unknown value of an open one.
  std::unordered_map<const void*, Evaluation*> byConfig;
  std::vector<const void*>* privateConfigs = nullptr;  // those of the host a cohort is at, while it is

  // Modules every evaluation starts with.
  Value internalOptions;        // options of the internal module, at the top
  Value internalOptionsNested;  // the same where there is a prefix
  Value placeholderName;        // config of the module that gives a submodule its default `name`

  Value self() { return Value::of(static_cast<lang::NativeObject*>(this)); }
  Value fail(const Loc* loc, std::string_view message,
             Pos pos = 0);  // an error of kind Module about the option `loc` (may be null)
  Value recursion();
  std::string_view text(Symbol s) const { return ev.text(s); }
  Symbol symbol(std::string_view s) const { return ev.symbols().intern(s); }
  Loc* loc(const Loc* up, Symbol name);
  Loc* entryLoc(const Loc* up, std::uint32_t definition, std::uint32_t entry);
  Loc* namedLoc(const Loc* up, std::string_view name) { return loc(up, symbol(name)); }
  // The string of a file; an error when its value has none.
  Value fileText(File* file);
  std::string fileName(File* file);  // the same for messages
  File* fileOf(Value text);
  Value fileValue(File* file);  // the same lazily, for the language
  // A member of lib by its path: {"strings", "removeSuffix"}.
  Value lib(std::initializer_list<std::string_view> members);
};

// While it lives, what is evaluated is made for one host and forgotten with it: values made before stay, and what they
// evaluate to.
class ForOneHost {
 public:
  ForOneHost(Compose& compose, lang::Scope& scope);
  ~ForOneHost();
  ForOneHost(const ForOneHost&) = delete;
  ForOneHost& operator=(const ForOneHost&) = delete;

 private:
  Compose& c_;
  base::Arena* arena_;
  Evaluation* evaluations_;
  std::vector<const void*> configs_;
};

template <class T>
T* nativeOf(Value v, const char* kind) {
  return v.is(Tag::Native) && v.native->kind == kind ? static_cast<T*>(v.native) : nullptr;
}

// lib.isFunction, lib.functionArgs: functor sets count as functions.
Value isFunction(Compose& c, Value v);  // v forced
Value functionArgs(Compose& c, Value v);
bool isStringLike(Compose& c, Value v);  // v forced: string, path, or a set that becomes one
bool sameValue(Value a, Value b);        // identical words: the same cell, not merely equal

// Makes lib.types, lib.evalModules and their kin natives of the evaluator's lib. Call once, before the first lib().
Compose& installCompose(Evaluator& evaluator);

}  // namespace fleetd::compose
