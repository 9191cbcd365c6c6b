// Names the module system looks up, interned once per evaluator; those the language shares are in
// kernel/lang/names.hpp.
#pragma once
#include "kernel/base/symbol.hpp"

namespace fleetd::compose {

// X(member, "text")
// clang-format off
#define FLEETD_COMPOSE_NAMES(X)                                                                                                    \
  X(typeMerge, "typeMerge") X(functor, "functor") X(payload, "payload") X(binOp, "binOp") X(elemType, "elemType")                   \
  X(emptyValue, "emptyValue") X(getSubOptions, "getSubOptions") X(getSubModules, "getSubModules")                                  \
  X(substSubModules, "substSubModules") X(nestedTypes, "nestedTypes") X(deprecationMessage, "deprecationMessage")                  \
  X(descriptionClass, "descriptionClass") X(v2, "v2") X(loc, "loc") X(defs, "defs") X(headError, "headError")                      \
  X(valueMeta, "valueMeta") X(coherent, "isV2MergeCoherent") X(definitions, "definitions") X(files, "files")                       \
  X(isDefined, "isDefined") X(highestPrio, "highestPrio") X(withLocations, "definitionsWithLocations")                             \
  X(declarations, "declarations") X(declarationPositions, "declarationPositions") X(readOnly, "readOnly") X(internal, "internal")  \
  X(visible, "visible") X(example, "example") X(shorthand, "shorthandOnlyDefinesConfig") X(staticModules, "staticModules")         \
  X(klassArg, "class") X(prefixArg, "_prefix") X(extendModules, "extendModules") X(moduleType, "moduleType")                       \
  X(modulesPath, "modulesPath") X(graph, "graph") X(disabled, "disabled") X(tags, "tags") X(values, "values")                      \
  X(pattern, "pattern") X(sep, "sep") X(inStore, "inStore") X(absolute, "absolute") X(lazy, "lazy") X(placeholder, "placeholder")  \
  X(left, "left") X(coercedType, "coercedType") X(finalType, "finalType") X(asAttrs, "asAttrs") X(attrs, "attrs")                  \
  X(mergeAttrValues, "mergeAttrValues") X(optionalValue, "optionalValue") X(mergedValue, "mergedValue")                            \
  X(defsFinal, "defsFinal") X(defsFinalPrime, "defsFinal'") X(checkedAndMerged, "checkedAndMerged") X(list, "list")                 \
  X(attrList, "attrList") X(attrListValue, "attrListValue") X(configuration, "configuration") X(internalMeta, "_internal")         \
  X(freeformOptions, "_freeformOptions") X(shellPath, "shellPath") X(pos, "pos") X(error, "error") X(typeName, "typeName")         \
  X(nullable, "nullable") X(defaultText, "defaultText")
// clang-format on

struct ComposeNames {
#define FLEETD_COMPOSE_MEMBER(member, text) base::Symbol member;
  FLEETD_COMPOSE_NAMES(FLEETD_COMPOSE_MEMBER)
#undef FLEETD_COMPOSE_MEMBER
  explicit ComposeNames(base::SymbolTable& symbols)
      :
#define FLEETD_COMPOSE_INIT(member, text) member(symbols.intern(text)),
        FLEETD_COMPOSE_NAMES(FLEETD_COMPOSE_INIT)
#undef FLEETD_COMPOSE_INIT
            last_(0) {
  }

 private:
  int last_;
};

}  // namespace fleetd::compose
