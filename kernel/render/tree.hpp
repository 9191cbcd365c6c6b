// Tree: a directory that is made to hold exactly certain files. Each file changes at once or not at all, and only files
// the tree wrote itself are ever removed.
#pragma once
#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/render/directories.hpp"

namespace fleetd::render {

inline constexpr char kGenerated[] = "fleetd";               // the directory of generated files
inline constexpr char kManifest[] = "fleetd/tree.manifest";  // which files the tree wrote

enum class FileKind : unsigned char { Plain, Executable, Link };

struct TreeCounts {
  std::size_t written = 0, unchanged = 0, removed = 0;
};

// Order of calls: open, begin with all paths, put/copy/link for each, finish. Stopping anywhere in between leaves files
// that are old or new, and the next run completes them. One thread; another process waits in open().
class Tree {
 public:
  // Asked before each change; true stops the work there, as if the process had died. For tests.
  using Fault = std::function<bool()>;

  // Makes the directory if need be. Errors: FL0003; FL0802 for one that holds files no tree wrote.
  static Result<Tree> open(const std::string& root, Fault fault = {});

  // Says which paths there will be. Errors: FL0003.
  Result<void> begin(std::vector<std::string> paths);
  Result<void> put(const std::string& path, std::string_view bytes, FileKind kind = FileKind::Plain);
  // `from` is open for reading, at its start.
  Result<void> copy(const std::string& path, int from, FileKind kind);
  Result<void> link(const std::string& path, const std::string& target);
  // Removes what an earlier run wrote and this one did not, and directories that are empty by that.
  Result<void> finish();

  const TreeCounts& counts() const { return counts_; }

 private:
  Tree(Directories directories, Fault fault) : directories_(std::move(directories)), fault_(std::move(fault)) {}

  Result<void> readManifest();
  Result<void> writeManifest(const std::set<std::string>& paths);
  Result<bool> replace(const std::string& path, std::string_view bytes, FileKind kind);
  Result<void> install(const std::string& path, UniqueFd made, FileKind kind);
  Result<void> moveIn(const std::string& path);
  Result<UniqueFd> scratch();
  Result<void> step();
  Result<void> removeOne(const std::string& path);

  Directories directories_;
  Fault fault_;
  std::set<std::string> before_;  // paths of the manifest
  std::set<std::string> now_;
  TreeCounts counts_;
};

// Whether a path stays inside: relative, no empty, "." or ".." parts, no NUL.
bool isInside(std::string_view path);

}  // namespace fleetd::render
