// The builtins, one table a family. Nothing registers itself: install.cpp lists the families and puts them into an
// evaluator.
#pragma once
#include <span>
#include <string_view>

#include "kernel/lang/value.hpp"

namespace fleetd::lang {

std::span<const PrimOp> numberPrims();       // numbers.cpp: add … lessThan, bit operations, ceil, floor
std::span<const PrimOp> typePrims();         // types.cpp: typeOf, is…
std::span<const PrimOp> controlPrims();      // control.cpp: seq, throw, tryEval …
std::span<const PrimOp> debugPrims();        // debug.cpp: trace, warn …
std::span<const PrimOp> listPrims();         // lists.cpp: map, filter, concatMap …
std::span<const PrimOp> listElementPrims();  // list_elements.cpp: head, elemAt, elem, any …
std::span<const PrimOp> listOrderPrims();    // list_order.cpp: sort, genericClosure, groupBy, partition
std::span<const PrimOp> attrPrims();         // attrs.cpp: attrNames, mapAttrs, removeAttrs …
std::span<const PrimOp> attrBuildPrims();    // attrs_build.cpp: listToAttrs, zipAttrsWith, catAttrs …
std::span<const PrimOp> functionPrims();     // functions.cpp: functionArgs
std::span<const PrimOp> stringPrims();       // strings.cpp: substring, concatStringsSep, toString …
std::span<const PrimOp> replacePrims();      // replace.cpp: replaceStrings
std::span<const PrimOp> regexPrims();        // regexes.cpp: match, split
std::span<const PrimOp> versionPrims();      // versions.cpp
std::span<const PrimOp> hashPrims();         // hashes.cpp
std::span<const PrimOp> contextPrims();      // contexts.cpp
std::span<const PrimOp> dataPrims();         // data.cpp: JSON, TOML, XML
std::span<const PrimOp> filePrims();         // files.cpp: readFile, readDir, pathExists …
std::span<const PrimOp> importPrims();       // imports.cpp: import, scopedImport, findFile
std::span<const PrimOp> storePrims();        // stores.cpp: toFile, path, storePath, placeholder …
std::span<const PrimOp> derivationPrims();   // derivations.cpp
std::span<const PrimOp> fetchPrims();        // fetch.cpp: what only the world outside can answer

// All families, in a fixed order.
std::span<const std::span<const PrimOp>> allPrims();
// The builtin of that name ("map"), or null.
const PrimOp* findPrim(std::string_view name);

}  // namespace fleetd::lang
