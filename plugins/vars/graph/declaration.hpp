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
};

struct PromptDecl {
  std::string description, type;  // line, hidden, multiline, multiline-hidden
  bool persist = false;
};

// One generator in one place: of a machine, or shared by all that declare it.
struct GeneratorDecl {
  std::string place;               // "per-machine/web/openssh", "shared/openssh-ca"
  std::string name, machine;       // machine: empty when it is shared
  std::set<std::string> machines;  // that declare it
  std::map<std::string, FileDecl> files;
  std::map<std::string, PromptDecl> prompts;
  std::vector<std::string> dependencies;  // names of generators
  std::string validationHash;             // empty: nothing is validated
  fleet::Value builtin;
  bool script = false;
  std::string definitionHash;  // of the parameters of `builtin`, or of the script; empty without either
};
using Declarations = std::map<std::string, GeneratorDecl>;  // by place

// From { machine -> generators }. Errors: VARS40 for names that cannot be names of files, VARS41 when machines disagree
// about a shared generator.
fleet::Result<Declarations> readDeclarations(const fleet::Value& machines);

// Whether a name can be a directory of the store: letters, digits, `_ . @ + -`, not beginning with a dot.
bool isName(std::string_view name);
// SHA-256 of the value's JSON, in hexadecimal; empty for null.
std::string validationHash(const fleet::Value& value);

}  // namespace fleetd::vars
