// JSON and values: builtins.fromJSON and builtins.toJSON.
#pragma once
#include <string_view>

#include "kernel/lang/evaluator.hpp"

namespace fleetd::lang {

// The value of a JSON text, or an error of kind Data that names line and column as Nix's parser does. Nesting is
// limited by memory only: the reader does not recurse.
Value fromJson(Evaluator& ev, std::string_view text);

// The value as JSON on one line, names ascending: a string; with unknown parts an interpolation whose known parts are
// known text. Evaluates everything inside. Errors: functions, bytes that are not UTF-8, what fails inside.
Value toJson(Evaluator& ev, Value v);

}  // namespace fleetd::lang
