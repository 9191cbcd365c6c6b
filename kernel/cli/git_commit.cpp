// Driving git.
#include "kernel/cli/git_commit.hpp"

#include <cstdlib>

#include "kernel/base/file.hpp"
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

// Without files that are gone and that git never had: git refuses to hear of them.
std::vector<std::string> known(const std::string& root, const std::vector<std::string>& files) {
  std::vector<std::string> out;
  for (const std::string& file : files) {
    const std::string path = file.starts_with('/') ? file : root + "/" + file;
    if (base::fileType(path) == base::FileType::Missing) {
      const auto listed = process::run(git(root, {"ls-files", "--error-unmatch", "--", file}));
      if (!listed || !listed->status.success()) continue;
    }
    out.push_back(file);
  }
  return out;
}

}  // namespace

Result<void> gitCommit(const std::string& root, const std::vector<std::string>& touched, const std::string& message,
                       bool commit) {
  if (touched.empty()) return {};
  const auto inside = process::run(git(root, {"rev-parse", "--is-inside-work-tree"}));
  if (!inside || !inside->status.success()) return {};
  const std::vector<std::string> files = known(root, touched);
  if (files.empty()) return {};
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
