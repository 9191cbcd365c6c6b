// What names in code do with paths they are given: functions, options and attributes, as nixpkgs and well known flakes
// have them.
#pragma once
#include <string_view>

namespace fleetd::fleet {

// Functions that take paths and read, import or copy what is there.
bool readsPaths(std::string_view name);
// Functions that give a path as the text of itself.
bool makesTexts(std::string_view name);
// Functions that pass on what they are given.
bool passesOn(std::string_view name);
// Functions that are given sets of arguments.
bool takesArguments(std::string_view name);
// Names that lead to places which no text names.
bool mayReadAnyFile(std::string_view name);
// Attributes that are lists of modules.
bool isModuleList(std::string_view name);
// Attributes that are sets of arguments for modules.
bool isArgumentSet(std::string_view name);
// Options and attributes whose paths are copied to the store, or read, by who declares them.
bool isCopied(std::string_view name);
// Options of the manual that have it list modules, with the places of their files.
bool isListedInManual(std::string_view name);

}  // namespace fleetd::fleet
