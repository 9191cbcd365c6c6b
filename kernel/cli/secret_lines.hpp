// The generated values of a host as lines beside its options, so that a change of one is seen without what it says.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernel/cli/option_changes.hpp"

namespace fleetd::cli {

// `vars/per-machine/web/token/token = "0123456789ab"` for each file below vars that the host has, its own and those
// that are shared with it: a hash of the file, which is encrypted where the value is secret. Sorted; empty where there
// are none.
std::string secretLines(const std::string& root, const std::string& host);
// Moves what such lines became out of changes, and gives the files.
std::vector<std::string> takeSecretChanges(std::vector<OptionChange>& changes);
// Files that changed between two texts; nothing when the first has no such lines and cannot tell.
std::vector<std::string> changedSecrets(std::string_view before, std::string_view after);

}  // namespace fleetd::cli
