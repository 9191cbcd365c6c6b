// Driving git.
#include "kernel/cli/git_commit.hpp"

#include <cstdlib>

#include "kernel/process/spawn.hpp"

namespace fleetd::cli {

namespace {

process::Command git(const std::string& root, std::vector<std::string> arguments) {
  process::Command out;
  out.argv = {"git", "-C", root};
  out.argv.insert(out.argv.end(), arguments.begin(), arguments.end());
  return out;
}

std::vector<std::string> withFiles(std::vector<std::string> arguments, const std::vector<std::string>& files) {
  arguments.emplace_back("--");
  arguments.insert(arguments.end(), files.begin(), files.end());
  return arguments;
}

}  // namespace

Result<void> gitCommit(const std::string& root, const std::vector<std::string>& files, const std::string& message,
                       bool commit) {
  if (files.empty()) return {};
  const auto inside = process::run(git(root, {"rev-parse", "--is-inside-work-tree"}));
  if (!inside || !inside->status.success()) return {};
  const char* off = std::getenv("CLAN_NO_COMMIT");
  if (!commit || (off && *off)) {
    static_cast<void>(process::run(git(root, withFiles({"add", "--intent-to-add"}, files))));
    return {};
  }
  const auto added = process::runForOutput(git(root, withFiles({"add", "--all"}, files)));
  if (!added) return added.error();
  const auto changed = process::run(git(root, withFiles({"diff", "--cached", "--quiet"}, files)));
  if (changed && changed->status.success()) return {};
  const auto done = process::runForOutput(git(root, withFiles({"commit", "--quiet", "-m", message, "--only"}, files)));
  return done ? Result<void>() : Result<void>(done.error());
}

}  // namespace fleetd::cli
