// GitFiles: what git says of the files of a fleet, asked while other work is done.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/base/result.hpp"
#include "kernel/fleet/fleet.hpp"
#include "kernel/render/fleet_checks.hpp"

namespace fleetd::render {

// Whether a git repository is at or above the directory.
bool inRepository(const std::string& root);

// One entry for each file that git tracks or could, as `git ls-files --cached --stage --others` lists them, each behind
// a tag and ended by NUL: "H 100644 <hash> <stage>\t<path>", "? <path>". Errors: FL0004, FL0007.
Result<std::string> listGitFiles(const std::string& root);

// Thread: made and asked on one thread; git is waited for on another.
class GitFiles {
 public:
  // Starts to ask. Nothing is known where there is no flake, no repository or no git.
  explicit GitFiles(const std::string& root);
  ~GitFiles();
  GitFiles(const GitFiles&) = delete;
  GitFiles& operator=(const GitFiles&) = delete;

  void wait();
  // Waits for git. Those of the files, absolute ones below the root, that are there and that git does not track,
  // relative to the root, sorted. Files of submodules are not judged.
  std::vector<std::string> untracked(const std::vector<std::string>& files);

 private:
  struct Asking;
  std::string root_;
  std::unique_ptr<Asking> asking_;  // null: nothing is known
};

// FL0856 for the files the fleet has read so far.
void tellUntracked(const fleet::Fleet& fleet, GitFiles& git, const Silence& silence, base::Diagnostics& diagnostics);

}  // namespace fleetd::render
