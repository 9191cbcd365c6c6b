// The names.
#include "kernel/fleet/path_names.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace fleetd::fleet {

namespace {

template <std::size_t N>
bool isOneOf(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

constexpr std::string_view kReaders[] = {"import",      "readFile",    "readDir",    "pathExists",   "readFileType",
                                         "hashFile",    "importJSON",  "importTOML", "fileContents", "callPackage",
                                         "cleanSource", "import-tree", "baseNameOf", "importApply"};
constexpr std::string_view kTexts[] = {"toString", "mkOutOfStoreSymlink"};
constexpr std::string_view kPassing[] = {"optional", "optionals", "mkIf",    "mkMerge",    "mkForce", "mkDefault",
                                         "mkBefore", "mkAfter",   "mkOrder", "mkOverride", "flatten", "mkVMOverride"};
constexpr std::string_view kTakingArguments[] = {"import", "callPackage", "mkFlake", "importApply"};
constexpr std::string_view kEscaping[] = {"dirOf",
                                          "locateDominatingFile",
                                          "unsafeGetAttrPos",
                                          "getFlake",
                                          "scopedImport",
                                          "findFile",
                                          "declarations",
                                          "declarationPositions",
                                          "definitionsWithLocations",
                                          "filterSource",
                                          "toPath",
                                          "storePath",
                                          "fetchTree",
                                          "fetchGit",
                                          "gitTracked",
                                          "commitIdFromGitRepo"};
constexpr std::string_view kModuleLists[] = {"imports", "modules", "sharedModules", "extraModules"};
constexpr std::string_view kArgumentSets[] = {"specialArgs", "extraSpecialArgs", "args"};
constexpr std::string_view kCopied[] = {"source",          "src",           "patches",     "sopsFile",
                                        "defaultSopsFile", "reportPath",    "keyFiles",    "imports",
                                        "modules",         "sharedModules", "extraModules"};
constexpr std::string_view kListedInManual[] = {"includeAllModules", "extraModules"};

}  // namespace

bool readsPaths(std::string_view name) { return isOneOf(kReaders, name); }
bool makesTexts(std::string_view name) { return isOneOf(kTexts, name); }
bool passesOn(std::string_view name) { return isOneOf(kPassing, name); }
bool takesArguments(std::string_view name) { return isOneOf(kTakingArguments, name); }
bool mayReadAnyFile(std::string_view name) { return isOneOf(kEscaping, name); }
bool isModuleList(std::string_view name) { return isOneOf(kModuleLists, name); }
bool isArgumentSet(std::string_view name) { return isOneOf(kArgumentSets, name); }
bool isCopied(std::string_view name) { return isOneOf(kCopied, name); }
bool isListedInManual(std::string_view name) { return isOneOf(kListedInManual, name); }

}  // namespace fleetd::fleet
