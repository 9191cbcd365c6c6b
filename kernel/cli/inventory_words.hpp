// Words of the command line that are to stand in the inventory: names that everything else can live with. What files
// have already may be otherwise.
#pragma once
#include <string>

#include "kernel/cli/arguments.hpp"

namespace fleetd::cli {

// Letters, digits, `-`, `_` and `.`: names of units, networks and values are made of it. Error FL0903.
Result<void> checkInstanceName(const std::string& name);
// No spaces, commas or control characters. Error FL0903.
Result<void> checkTag(const std::string& tag);
// UTF-8, as JSON wants it. `what` is "description". Error FL0903.
Result<void> checkText(const std::string& what, const std::string& text);
// [user@]host[:port]. Errors: FL0814, FL0903.
Result<void> checkHostAddress(const std::string& what, const std::string& text);

// Error FL0903 for a word beyond the first `count`.
Result<void> noMoreWords(const Arguments& args, std::size_t count);

}  // namespace fleetd::cli
