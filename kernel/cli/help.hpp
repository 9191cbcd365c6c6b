// Help texts, made from the table.
#pragma once
#include <string>

#include "kernel/cli/command.hpp"
#include "kernel/cli/output.hpp"

namespace fleetd::cli {

std::string overviewText(const Output& out);
std::string commandText(const Command& command, const Output& out);
// What --help asks for: the overview, or one command. With `json` the table itself.
std::string helpFor(const Command* command, const Output& out, bool json);

}  // namespace fleetd::cli
