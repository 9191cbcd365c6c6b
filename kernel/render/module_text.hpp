// Modules made from text by fleetd itself.
#pragma once
#include <string>
#include <string_view>

#include "kernel/base/result.hpp"
#include "kernel/lang/evaluator.hpp"
#include "kernel/plugin/sdk.hpp"

namespace fleetd::render {

// The value of a module's text. `label` stands for the file name in messages. Error FL0310 when it is no valid Nix.
Result<lang::Value> moduleFromText(lang::Evaluator& ev, const std::string& label, std::string text);

// An error of the SDK's writers about what a plugin said.
Error writerError(const std::string& plugin, const sdk::Error& error);

}  // namespace fleetd::render
