// Looking for plugin files.
#include "kernel/plugin/search.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/plugin/manifest.hpp"

namespace fleetd::plugin {

namespace {

constexpr std::string_view kSuffix = ".so";
constexpr int kBuildDepth = 2;  // plugins/services/<name>/<name>.so

std::string_view directoryOf(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

void warn(Diagnostics& diagnostics, Code code, std::string message, const std::string& file) {
  Diagnostic out;
  out.code = code;
  out.severity = base::info(code).severity;
  out.message = std::move(message);
  out.file = file;
  diagnostics.add(std::move(out));
}

class Finder {
 public:
  Finder(const std::vector<SearchPath>& paths, Diagnostics& diagnostics) : diagnostics_(diagnostics) {
    for (const auto& path : paths) {
      if (path.origin == Origin::environment) continue;
      auto& into = path.origin == Origin::fleet ? fleetDirectories_ : ownDirectories_;
      if (auto real = base::realPath(path.directory)) into.push_back(*std::move(real) + "/");
    }
  }

  void search(const std::string& directory, Origin origin, int depth) {
    const auto entries = base::listDir(directory);
    if (!entries) return;
    for (const auto& entry : *entries) {
      const std::string path = directory + "/" + entry.name;
      // Compilers leave directories called <target>.p in a build tree.
      if (depth > 0 && entry.type == base::FileType::Directory && !entry.name.ends_with(".p"))
        search(path, origin, depth - 1);
      if (!entry.name.ends_with(kSuffix) || entry.type == base::FileType::Directory) continue;
      const std::string id = entry.name.substr(0, entry.name.size() - kSuffix.size());
      if (isPluginId(id)) add({id, path, origin, false});
    }
  }

  std::vector<PluginFile> take() {
    std::vector<PluginFile> out;
    for (auto& [id, file] : found_) out.push_back(std::move(file));
    return out;
  }

 private:
  void add(PluginFile file) {
    struct stat status {};
    if (stat(file.path.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
      return warn(diagnostics_, Code::FL0303, fmt::format("`{}` is no regular file", file.path), file.path);
    // Code stays whose it is when another search path leads to it.
    const auto real = base::realPath(file.path);
    if (!real || isBelow(*real, fleetDirectories_)) file.origin = Origin::fleet;
    file.bundled = real && file.origin != Origin::fleet && isBelow(*real, ownDirectories_);
    const auto known = found_.find(file.id);
    if (known == found_.end()) {
      found_.emplace(file.id, std::move(file));
      return;
    }
    struct stat first {};
    if (stat(known->second.path.c_str(), &first) == 0 && first.st_dev == status.st_dev && first.st_ino == status.st_ino)
      return;
    warn(diagnostics_, Code::FL0306,
         fmt::format("plugin `{}` is found twice: `{}` is used, `{}` is not", file.id, known->second.path, file.path),
         file.path);
  }

  static bool isBelow(const std::string& path, const std::vector<std::string>& directories) {
    return std::any_of(directories.begin(), directories.end(),
                       [&](const std::string& directory) { return path.starts_with(directory); });
  }

  Diagnostics& diagnostics_;
  std::vector<std::string> fleetDirectories_, ownDirectories_;
  std::map<std::string, PluginFile> found_;
};

}  // namespace

std::string_view originName(Origin origin) {
  switch (origin) {
    case Origin::environment: return "environment";
    case Origin::installed: return "installed";
    case Origin::build: return "build";
    case Origin::fleet: return "fleet";
  }
  return "";
}

std::vector<SearchPath> searchPaths(std::string_view environment, const std::string& executable,
                                    const std::string& fleetDirectory) {
  std::vector<SearchPath> out;
  const auto add = [&](std::string directory, Origin origin) {
    // The build tree is searched deeper than others, so it counts even where another origin names it, too.
    const bool known = origin != Origin::build && std::any_of(out.begin(), out.end(), [&](const SearchPath& path) {
                         return path.directory == directory;
                       });
    if (!known && directory.starts_with('/')) out.push_back({std::move(directory), origin});
  };
  for (const auto part : base::split(environment, ':')) add(std::string(part), Origin::environment);
  if (executable.starts_with('/')) {
    const std::string here(directoryOf(executable));
    add(std::string(directoryOf(here)) + "/lib/fleetd/plugins", Origin::installed);
    add(here + "/plugins", Origin::build);
  }
  if (!fleetDirectory.empty()) add(fleetDirectory + "/plugins", Origin::fleet);
  return out;
}

std::vector<PluginFile> findPlugins(const std::vector<SearchPath>& paths, Diagnostics& diagnostics) {
  Finder finder(paths, diagnostics);
  for (const auto& path : paths)
    finder.search(path.directory, path.origin, path.origin == Origin::build ? kBuildDepth : 0);
  return finder.take();
}

}  // namespace fleetd::plugin
