// Generators as machines declare them.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fleet/cxx/result.hpp>
#include <fleet/cxx/value.hpp>

namespace fleetd::vars {

struct FileDecl {
  bool secret = true, deploy = true;
  std::string owner, group, mode, neededFor;  // on the machine; empty where the declaration does not say
  std::vector<std::string> restartUnits;
  std::set<std::string> to;  // of an export: the machines that get it
};

struct PromptDecl {
  std::string description, type;  // line, hidden, multiline, multiline-hidden
  bool persist = false;
  std::string help;  // said below the question
};

// One generator in one place: of a machine, shared by all that declare it, or of an export.
struct GeneratorDecl {
  std::string place;               // "per-machine/web/openssh", "shared/openssh-ca", "per-export/dns:main::/key"
  std::string name, machine;       // machine: empty when it is shared
  std::string scope;               // of an export; empty otherwise
  std::set<std::string> machines;  // that declare it, or get something of an export
  std::map<std::string, FileDecl> files;
  std::map<std::string, PromptDecl> prompts;
  std::vector<std::string> dependencies;       // names of generators; of an export, names it gives to others'
  std::map<std::string, std::string> aliases;  // of an export: what these names mean, as places
  std::string validationHash;                  // empty: nothing is validated
  fleet::Value builtin;
  bool script = false;
  std::string definitionHash;  // of the parameters of `builtin`, or of the script; empty without either
  std::string store;           // the plugin that keeps its files; empty: the repository does, and values are made here
};
using Declarations = std::map<std::string, GeneratorDecl>;  // by place

// From { machine -> generators }. Errors: VARS40 for names that cannot be names of files, VARS41 when machines disagree
// about a shared generator, VARS64 when what a plugin keeps is made here, too.
fleet::Result<Declarations> readDeclarations(const fleet::Value& machines);
// Adds generators of exports, from { scope -> generators }: `deploy` of a file is a list of machines, `dependencies` a
// set of { exportKey, generator }. Errors: VARS40, VARS64 for one that names a plugin to keep it.
fleet::Result<void> addExports(const fleet::Value& exports, Declarations& all);

// "dns:main::web", a scope of exports as a directory.
bool isScope(std::string_view name);
// Whether a name can be a directory of the store: letters, digits, `_ . @ + -`, not beginning with a dot.
bool isName(std::string_view name);
// SHA-256 of the value's JSON, in hexadecimal; empty for null.
std::string validationHash(const fleet::Value& value);

}  // namespace fleetd::vars
