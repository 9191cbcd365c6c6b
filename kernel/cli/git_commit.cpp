// Driving git.
#include "kernel/cli/git_commit.hpp"

#include <algorithm>
#include <cstdlib>

#include <unistd.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::cli {

namespace {

process::Command git(const std::string& root, std::vector<std::string> arguments) {
  process::Command out;
  out.argv = {"git", "-C", root};
  out.argv.insert(out.argv.end(), arguments.begin(), arguments.end());
  return out;
}

// On standard input: there may be more names than fit on a command line.
process::Command withFiles(process::Command command, const std::vector<std::string>& files) {
  command.argv.insert(command.argv.end(), {"--pathspec-from-file=-", "--pathspec-file-nul"});
  std::string names;
  for (const std::string& file : files) (names += file) += '\0';
  command.input = std::move(names);
  return command;
}

// Whether git has anything staged for these files.
bool isChanged(const std::string& root, const std::vector<std::string>& files) {
  constexpr std::size_t kAtOnce = 1000;  // `git diff` takes names as arguments only
  for (std::size_t begin = 0; begin < files.size(); begin += kAtOnce) {
    process::Command diff = git(root, {"diff", "--cached", "--quiet", "--"});
    diff.argv.insert(diff.argv.end(), files.begin() + static_cast<std::ptrdiff_t>(begin),
                     files.begin() + static_cast<std::ptrdiff_t>(std::min(begin + kAtOnce, files.size())));
    const auto done = process::run(diff);
    if (!done || !done->status.success()) return true;
  }
  return false;
}

// --- many files ---
// git compares each name it is given with each file it knows. With thousands of both that takes minutes, so that many
// files go into the index by name, and the commit is made of an index of its own, as `git commit --only` does.

constexpr std::size_t kMany = 200;

// With an index of its own; the real one when the path is empty.
process::Command withIndex(process::Command command, const std::string& index) {
  if (!index.empty()) command.argv.insert(command.argv.begin(), {"env", "GIT_INDEX_FILE=" + index});
  return command;
}

Result<void> into(process::Command command, const std::string& index) {
  const auto done = process::runForOutput(withIndex(std::move(command), index));
  return done ? Result<void>() : Result<void>(done.error());
}

// The work tree's state of these files, into an index; the real one when `index` is empty.
Result<void> stage(const std::string& root, const std::vector<std::string>& files, const std::string& index) {
  std::vector<std::string> others;  // directories that are gone, which have no entry of their own
  process::Command update = git(root, {"update-index", "--add", "--remove", "-z", "--stdin"});
  std::string names;
  for (const std::string& file : files) {
    const auto type = base::fileType(file.starts_with('/') ? file : root + "/" + file);
    if (type == base::FileType::Regular || type == base::FileType::Symlink)
      (names += file) += '\0';
    else
      others.push_back(file);
  }
  update.input = std::move(names);
  FLEETD_TRY(into(std::move(update), index));
  return others.empty() ? Result<void>() : into(withFiles(git(root, {"add", "--all"}), others), index);
}

Result<void> commitMany(const std::string& root, const std::vector<std::string>& files, const std::string& message) {
  FLEETD_TRY_ASSIGN(const std::string said,
                    process::runForOutput(git(root, {"rev-parse", "--path-format=absolute", "--git-path",
                                                     "fleetd-index-" + std::to_string(::getpid())})));
  const std::string index(base::trim(said));
  struct Removed {
    const std::string& path;
    ~Removed() { static_cast<void>(base::removeTree(path)); }
  } const removed{index};
  const auto head = process::run(git(root, {"rev-parse", "--verify", "--quiet", "HEAD"}));
  const bool isFirst = !head || !head->status.success();
  FLEETD_TRY(into(git(root, {"read-tree", isFirst ? "--empty" : "HEAD"}), index));
  FLEETD_TRY(stage(root, files, index));
  FLEETD_TRY(stage(root, files, ""));
  if (!isFirst) {
    const auto same = process::run(withIndex(git(root, {"diff", "--cached", "--quiet"}), index));
    if (same && same->status.success()) return {};
  }
  return into(git(root, {"commit", "--quiet", "-m", message}), index);
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
    static_cast<void>(process::run(withFiles(git(root, {"add", "--intent-to-add"}), files)));
    return {};
  }
  if (files.size() > kMany) return commitMany(root, files, message);
  const auto added = process::runForOutput(withFiles(git(root, {"add", "--all"}), files));
  if (!added) return added.error();
  if (!isChanged(root, files)) return {};
  const auto done = process::runForOutput(withFiles(git(root, {"commit", "--quiet", "-m", message, "--only"}), files));
  return done ? Result<void>() : Result<void>(done.error());
}

}  // namespace fleetd::cli
