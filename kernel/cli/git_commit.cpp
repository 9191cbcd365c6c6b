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

// git refuses to hear of files that are gone and that it does not have.
struct Known {
  std::vector<std::string> toStage;   // there, or in the index
  std::vector<std::string> toCommit;  // there, or in the last commit
};

// Names git has, relative to the root; none where it cannot say.
std::vector<std::string> namesOf(process::Command command) {
  std::vector<std::string> out;
  const auto said = process::run(command);
  if (!said || !said->status.success()) return out;
  for (const auto name : base::split(said->output, '\0')) out.emplace_back(name);
  std::sort(out.begin(), out.end());
  return out;
}

// A name, or the directory of one.
bool holds(const std::vector<std::string>& names, const std::string& path) {
  if (std::binary_search(names.begin(), names.end(), path)) return true;
  const auto below = std::lower_bound(names.begin(), names.end(), path + "/");
  return below != names.end() && below->starts_with(path + "/");
}

Known known(const std::string& root, const std::vector<std::string>& files) {
  Known out;
  std::vector<std::string> gone;
  for (const std::string& file : files) {
    const bool isThere = base::fileType(file.starts_with('/') ? file : root + "/" + file) != base::FileType::Missing;
    if (isThere) out.toStage.push_back(file);
    if (!isThere) gone.push_back(file);
  }
  out.toCommit = out.toStage;
  if (gone.empty()) return out;
  const auto index = namesOf(git(root, {"ls-files", "-z"})),
             head = namesOf(git(root, {"ls-tree", "-r", "-z", "--name-only", "HEAD"}));
  for (const std::string& file : gone) {
    const std::string name = file.starts_with(root + "/") ? file.substr(root.size() + 1) : file;
    if (holds(index, name)) out.toStage.push_back(file);
    if (holds(head, name)) out.toCommit.push_back(file);
  }
  return out;
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

Result<void> commitMany(const std::string& root, const Known& files, const std::string& message) {
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
  FLEETD_TRY(stage(root, files.toCommit, index));
  FLEETD_TRY(stage(root, files.toStage, ""));
  if (!isFirst) {
    const auto same = process::run(withIndex(git(root, {"diff", "--cached", "--quiet"}), index));
    if (same && same->status.success()) return {};
  }
  return into(git(root, {"commit", "--quiet", "-m", message}), index);
}

Result<void> commitFew(const std::string& root, const Known& files, const std::string& message) {
  if (!files.toStage.empty()) FLEETD_TRY(into(withFiles(git(root, {"add", "--all"}), files.toStage), ""));
  if (files.toCommit.empty() || !isChanged(root, files.toCommit)) return {};
  return into(withFiles(git(root, {"commit", "--quiet", "-m", message, "--only"}), files.toCommit), "");
}

// What git says is wrong, and around it what to do.
Error refused(const Error& error) {
  auto lines = base::splitLines(base::trim(error.hint));
  const auto wrong = std::find_if(lines.begin(), lines.end(), [](std::string_view line) {
    return line.starts_with("fatal: ") || line.starts_with("error: ");
  });
  std::string why = error.message;
  if (wrong != lines.end()) {
    why = base::trim(*wrong);
    lines.erase(wrong);
  }
  return {error.code,
          "the files are written, and git does not commit them: " + why,
          std::string(base::trim(base::join(lines, "\n"))),
          {}};
}

}  // namespace

Result<void> gitCommit(const std::string& root, const std::vector<std::string>& touched, const std::string& message,
                       bool commit) {
  if (touched.empty()) return {};
  const auto inside = process::run(git(root, {"rev-parse", "--is-inside-work-tree"}));
  if (!inside || !inside->status.success()) return {};
  const Known files = known(root, touched);
  const char* off = std::getenv("CLAN_NO_COMMIT");
  if (!commit || (off && *off)) {
    if (!files.toStage.empty())
      static_cast<void>(process::run(withFiles(git(root, {"add", "--intent-to-add"}), files.toStage)));
    return {};
  }
  const bool many = std::max(files.toStage.size(), files.toCommit.size()) > kMany;
  const auto done = many ? commitMany(root, files, message) : commitFew(root, files, message);
  return done ? Result<void>() : Result<void>(refused(done.error()));
}

}  // namespace fleetd::cli
