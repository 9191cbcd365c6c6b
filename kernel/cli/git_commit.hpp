// Commits of files that a command has changed.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::cli {

// Commits exactly these files (relative to `root`, some of them perhaps removed) with this message; whatever else is
// staged stays staged. Nothing happens outside of a git repository, without git, when nothing changed, or when
// $CLAN_NO_COMMIT is set; then new files are announced to git, so that flakes see them. Errors: FL0007 with git's
// words.
Result<void> gitCommit(const std::string& root, const std::vector<std::string>& files, const std::string& message,
                       bool commit);

}  // namespace fleetd::cli
