// Values as Nix text for people, complete; unknown parts print as the expression they stand for.
#pragma once
#include <string>

#include "kernel/lang/evaluator.hpp"

namespace fleetd::fleet {

// Evaluates everything inside. Several lines for sets and long lists, indented by `indent` blanks after the first line.
std::string valueText(lang::Evaluator& ev, lang::Value v, std::size_t indent = 0);
// Whether a value, looked at completely, has unknown parts; their texts, in order, unique, are added to `parts` when
// given.
bool hasUnknown(lang::Evaluator& ev, lang::Value v, std::vector<std::string>* parts = nullptr);

}  // namespace fleetd::fleet
