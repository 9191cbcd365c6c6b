// Options that plugins declare, as modules the evaluator can use.
#pragma once
#include <string>

#include "kernel/base/result.hpp"
#include "kernel/lang/evaluator.hpp"
#include "kernel/plugin/manifest.hpp"

namespace fleetd::render {

// The options of a class of hosts: a module that opens the evaluation (what it does not declare is assumed) and whose
// options have, where the plugin gives no default, one that is unknown. Errors: FL0310 for a schema that cannot be
// written as a module.
Result<lang::Value> platformModule(lang::Evaluator& ev, const std::string& plugin, const plugin::Schema& schema);
// The options of another plugin, below its own root: they are what they say.
Result<lang::Value> optionsModule(lang::Evaluator& ev, const plugin::Manifest& manifest, const plugin::Schema& schema);
// The settings of a role of a service, as a module for the inventory. Errors: FL0310.
Result<lang::Value> roleModule(lang::Evaluator& ev, const std::string& service, const sdk::RoleDecl& role);
// The same as the text of a file. Empty when the plugin declares none.
Result<std::string> optionsModuleText(const plugin::Manifest& manifest, const plugin::Schema& schema);

}  // namespace fleetd::render
