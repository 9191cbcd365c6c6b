// Sets that are chosen by conditions nobody knows: which names they may have, and what each of them is.
#pragma once
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "kernel/lang/evaluator.hpp"

namespace fleetd::fleet {

// What the walk knows of one of several sets.
struct CaseReader {
  // Whether it is only what somebody else may add at this place: that has no names here.
  std::function<bool(lang::Value)> isRest;
  // The names in it that count; nullopt: all it has.
  std::function<std::optional<std::vector<lang::Symbol>>(lang::Value)> names;
};

// The attributes of `if c then { … } else { … }`, of `{ … } // (if c then { … } else { })` and the like, sorted by
// name. What all cases agree on is that value, what they do not is a choice of values, and what only some of them have
// is `assert condition; value`. nullopt when `v` is no such choice: then its names are not known.
std::optional<std::vector<lang::Attr>> attrsOfChoice(lang::Evaluator& ev, lang::Value v, const CaseReader& reader);

// Whether a value is what stands at an option path, as far as the fleet does not say it: `config.<path>`.
bool isReferenceTo(lang::Evaluator& ev, lang::Value v, std::string_view path);

}  // namespace fleetd::fleet
