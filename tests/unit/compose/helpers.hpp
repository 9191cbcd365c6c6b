// What tests of the module system share: an evaluator with lib, evaluation of text, values as JSON, errors as text.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/json.hpp"
#include "kernel/compose/evaluation.hpp"

namespace fleetd::compose::test {

class Nix {
 public:
  Nix();

  // The value of an expression in which `lib`, `types` and the usual makers of properties are in scope.
  lang::Value eval(const std::string& text);
  // (lib.evalModules { modules = <text>; }).config, or what comes after another selection.
  lang::Value modules(const std::string& text, const std::string& then = ".config");
  // JSON on one line, or "error: <message>".
  std::string json(lang::Value v);
  std::string run(const std::string& text) { return json(eval(text)); }
  std::string config(const std::string& modulesText) { return json(modules(modulesText)); }

  base::SymbolTable symbols;
  base::SourceMap sources;
  lang::Evaluator ev;
  Compose& compose;
  std::vector<std::string> traces;
};

// The value and everything below it. On failure false and *error is the error value.
bool toJson(lang::Evaluator& ev, lang::Value v, base::Json* out, lang::Value* error);
// Equal as JSON values: the order of members is none, ints differ from floats. `where` receives the path of the first
// difference.
bool sameJson(const base::Json& a, const base::Json& b, std::string* where);
// "file" parts of all places an error names: its own, its frames', and those in its texts below `directory`.
std::vector<std::string> filesOf(const lang::Evaluator& ev, const lang::EvalError& error, const std::string& directory);
std::string readText(const std::string& path);
std::string replaced(std::string text, std::string_view what, std::string_view with);

}  // namespace fleetd::compose::test
