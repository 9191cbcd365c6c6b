// Discovery of module files and of the fleet's root.
#include "kernel/fleet/discovery.hpp"

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/fleet/fleet.hpp"

namespace fleetd::fleet {

namespace {

constexpr std::size_t kMaxDepth = 128;
constexpr std::size_t kMaxFiles = 1u << 20;

Result<void> walk(const std::string& directory, Selection selection, std::size_t depth, std::vector<std::string>& out) {
  if (depth > kMaxDepth)
    return Error{base::Code::FL0004, fmt::format("{}: directories nest deeper than {}", directory, kMaxDepth), "", {}};
  auto entries = base::listDir(directory);
  if (!entries) return std::move(entries).error();
  for (const base::DirEntry& entry : *entries) {
    if (selection == Selection::Modules && entry.name.starts_with('_')) continue;
    const std::string path = directory + "/" + entry.name;
    if (entry.type == base::FileType::Directory) {
      FLEETD_TRY(walk(path, selection, depth + 1, out));
    } else if (entry.name.ends_with(".nix") && !(entry.type == base::FileType::Symlink && base::isDirectory(path))) {
      // A link to nowhere and a file that is no file are imported, too: reading them says what is wrong.
      if (out.size() >= kMaxFiles)
        return Error{base::Code::FL0004, fmt::format("{}: more than {} Nix files", directory, kMaxFiles), "", {}};
      out.push_back(path);
    }
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> nixFiles(const std::string& directory, Selection selection) {
  std::vector<std::string> out;
  FLEETD_TRY(walk(directory, selection, 0, out));
  return out;
}

std::vector<std::string> directoriesIn(const std::string& directory) {
  std::vector<std::string> out;
  auto entries = base::listDir(directory);
  if (!entries) return out;
  for (const base::DirEntry& entry : *entries)
    if (base::isDirectory(directory + "/" + entry.name)) out.push_back(entry.name);
  return out;
}

Result<std::string> findFleet(const std::string& start) {
  auto at = base::realPath(start);
  if (!at) return std::move(at).error();
  // A directory called modules alone is a weak sign: it counts where nothing above says more.
  std::string bare;
  for (std::string directory = *at;;) {
    for (const char* marker : {"/flake.nix", "/fleet.json"})
      if (base::isRegularFile(directory + marker)) return directory;
    if (base::isDirectory(directory + "/modules")) {
      if (base::isDirectory(directory + "/machines") || base::isRegularFile(directory + "/inventory.json"))
        return directory;
      if (bare.empty()) bare = directory;
    }
    if (directory == "/" || directory.empty()) break;
    directory.resize(directory.rfind('/'));
    if (directory.empty()) directory.assign(1, '/');
  }
  if (!bare.empty()) return bare;
  return Error{base::Code::FL0501,
               fmt::format("{} is not part of a fleet", *at),
               "a fleet has a flake.nix, a fleet.json, or modules/; name it with --fleet DIR",
               {}};
}

}  // namespace fleetd::fleet
