// Asking git for the files it tracks.
#include "kernel/render/git_files.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/process/spawn.hpp"

extern char** environ;

namespace fleetd::render {

namespace {

using base::Code;

// Our environment without what would point git elsewhere.
std::vector<std::string> gitEnvironment() {
  std::vector<std::string> out{"GIT_OPTIONAL_LOCKS=0", "LC_ALL=C"};
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text = *entry;
    if (!text.starts_with("GIT_") && !text.starts_with("LC_ALL=")) out.emplace_back(text);
  }
  return out;
}

}  // namespace

bool inRepository(const std::string& root) {
  for (std::string at = root;; at.resize(at.rfind('/'))) {
    if (base::fileType(at + "/.git") != base::FileType::Missing) return true;
    if (at.find('/') == std::string::npos) return false;
  }
}

Result<std::string> listGitFiles(const std::string& root) {
  process::Command command;
  command.argv = {"git", "-C",       root,      "-c",       "core.fsmonitor=false", "ls-files", "-z",
                  "-t",  "--cached", "--stage", "--others", "--exclude-standard"};
  command.environment = gitEnvironment();
  FLEETD_TRY_ASSIGN(auto done, process::run(command));
  if (done.status.success() && !done.outputTruncated) return std::move(done.output);
  if (done.outputTruncated)
    return Error{Code::FL0004, fmt::format("git lists too many files of {}", base::sanitize(root)), "", {}};
  return Error{Code::FL0007,
               fmt::format("git cannot list the files of {}: {}", base::sanitize(root), base::sanitize(done.errors)),
               "fleetd takes the files git tracks; repair the repository, or work on a copy without .git",
               {}};
}

struct GitFiles::Asking {
  std::optional<Result<std::string>> listed;
  std::thread thread;  // after what it writes
};

GitFiles::GitFiles(const std::string& root) : root_(root) {
  if (!base::isRegularFile(root + "/flake.nix") || !inRepository(root) || !process::findProgram("git")) return;
  asking_ = std::make_unique<Asking>();
  asking_->thread = std::thread([root, asking = asking_.get()] { asking->listed = listGitFiles(root); });
}

GitFiles::~GitFiles() { wait(); }

void GitFiles::wait() {
  if (asking_ && asking_->thread.joinable()) asking_->thread.join();
}

std::vector<std::string> GitFiles::untracked(const std::vector<std::string>& files) {
  if (!asking_) return {};
  wait();
  // A repository that git refuses to look at (another user's, say) is nothing a check needs.
  if (!asking_->listed->ok()) return {};
  std::set<std::string_view> tracked;
  std::vector<std::string> submodules;
  for (std::string_view entry : base::split(**asking_->listed, '\0')) {
    const auto tab = entry.find('\t');
    if (entry.size() < 3 || entry.front() == '?' || tab == std::string_view::npos) continue;
    const std::string_view path = entry.substr(tab + 1);
    tracked.insert(path);
    if (entry.substr(2).starts_with("160000")) submodules.push_back(std::string(path) + "/");
  }
  std::vector<std::string> out;
  const std::string prefix = root_ + "/";
  for (const std::string& file : files) {
    if (!file.starts_with(prefix)) continue;
    const std::string path = file.substr(prefix.size());
    const bool inSubmodule = std::any_of(submodules.begin(), submodules.end(),
                                         [&](const std::string& one) { return path.starts_with(one); });
    // What lies behind a link inside the fleet is tracked under its own name.
    if (inSubmodule || tracked.contains(path) || path.starts_with(".git/")) continue;
    const auto real = base::realPath(file);
    if (!real || (*real != file && !(*real).starts_with(prefix))) continue;
    if (*real != file && tracked.contains(std::string_view(*real).substr(prefix.size()))) continue;
    out.push_back(path);
  }
  std::sort(out.begin(), out.end());
  return out;
}

void tellUntracked(const fleet::Fleet& fleet, GitFiles& git, const Silence& silence, base::Diagnostics& diagnostics) {
  if (silence.contains(Code::FL0856)) return;
  const auto files = git.untracked(fleet.filesRead());
  if (files.empty()) return;
  const std::string first = base::sanitize(files.front());
  base::Diagnostic d;
  d.code = Code::FL0856;
  d.severity = base::info(d.code).severity;
  if (files.size() == 1) {
    d.message = fmt::format("{} is read here, and git does not track it, so Nix does not see it", first);
    d.notes.push_back("git add --intent-to-add " + first);
  } else {
    d.message =
        fmt::format("{} files are read here, and git does not track them, so Nix does not see them", files.size());
    constexpr std::size_t kShown = 5;
    for (std::size_t i = 0; i < std::min(kShown, files.size()); ++i) d.notes.push_back(base::sanitize(files[i]));
    if (files.size() > kShown) d.notes.push_back(fmt::format("and {} more", files.size() - kShown));
    d.notes.emplace_back("git add --intent-to-add FILE… makes them part of the flake");
  }
  diagnostics.add(std::move(d));
}

}  // namespace fleetd::render
