// Sources: which files of a fleet go into its build tree.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/base/result.hpp"
#include "kernel/render/tree.hpp"

namespace fleetd::render {

struct Source {
  std::string path;  // relative
  FileKind kind = FileKind::Plain;
};

struct Sources {
  std::vector<Source> files;           // sorted by path
  std::vector<std::string> untracked;  // files git does not know, sorted; not among `files`
  std::vector<std::string> submodules;
};

inline constexpr std::size_t kMaxSources = 200'000;  // files; more is FL0004

// With git and a repository around `root`: what git tracks, as it is in the working tree. Else every file, without .git
// directories and links called result or result-*. `exclude` is left out, too: an absolute directory, or empty. Errors:
// FL0002, FL0004, FL0007.
Result<Sources> findSources(const std::string& root, const std::string& exclude);

// Puts the files into a tree. A file that vanished in between is FL0002.
Result<void> copySources(const std::string& root, const Sources& sources, Tree& tree);

}  // namespace fleetd::render
