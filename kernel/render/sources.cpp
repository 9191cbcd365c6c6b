// Listing and copying the files of a fleet.
#include "kernel/render/sources.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/process/spawn.hpp"
#include "kernel/render/git_files.hpp"

namespace fleetd::render {

namespace {

using base::Code;

constexpr int kMaxDepth = 128;

Error tooMany(const std::string& root) {
  return {Code::FL0004, fmt::format("{} holds more than {} files", base::sanitize(root), kMaxSources), "", {}};
}

// The kind of what stands at a place; nothing for directories, devices and what is missing.
std::optional<FileKind> kindAt(const Place& place) {
  struct stat st {};
  if (place.directory < 0 || ::fstatat(place.directory, place.name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0)
    return std::nullopt;
  if (S_ISLNK(st.st_mode)) return FileKind::Link;
  if (!S_ISREG(st.st_mode)) return std::nullopt;
  return (st.st_mode & S_IXUSR) != 0 ? FileKind::Executable : FileKind::Plain;
}

// --- with git ---

Result<Sources> fromGit(const std::string& root) {
  Sources out;
  FLEETD_TRY_ASSIGN(const std::string listed, listGitFiles(root));
  FLEETD_TRY_ASSIGN(auto directories, Directories::open(root));
  std::string_view last;
  for (std::string_view entry : base::split(listed, '\0')) {
    if (entry.size() < 3) continue;
    const char tag = entry[0];
    entry.remove_prefix(2);
    if (tag == '?') {
      out.untracked.emplace_back(entry);
      continue;
    }
    // "H 100644 <hash> <stage>\t<path>"; a file in conflict comes once a stage.
    const auto tab = entry.find('\t');
    if (tab == std::string_view::npos) continue;
    const std::string_view path = entry.substr(tab + 1);
    if (path == last || !isInside(path)) continue;
    last = path;
    if (entry.starts_with("160000")) {
      out.submodules.emplace_back(path);
      continue;
    }
    FLEETD_TRY_ASSIGN(const Place place, directories.find(path, Directories::Missing::Refuse));
    if (const auto kind = kindAt(place)) out.files.push_back({std::string(path), *kind});
    if (out.files.size() > kMaxSources) return tooMany(root);
  }
  return out;
}

// --- without ---

Result<void> walk(const std::string& root, const std::string& below, const std::string& exclude, int depth,
                  Sources& out) {
  const std::string directory = below.empty() ? root : root + "/" + below;
  if (depth > kMaxDepth)
    return Error{Code::FL0004, fmt::format("{} nests too many directories", base::sanitize(directory)), "", {}};
  FLEETD_TRY_ASSIGN(const auto entries, base::listDir(directory));
  for (const auto& entry : entries) {
    if (entry.name == ".git" || root + "/" + (below.empty() ? "" : below + "/") + entry.name == exclude) continue;
    std::string path = below.empty() ? entry.name : below + "/" + entry.name;
    switch (entry.type) {
      case base::FileType::Directory: FLEETD_TRY(walk(root, path, exclude, depth + 1, out)); break;
      case base::FileType::Symlink:
        if (entry.name != "result" && !entry.name.starts_with("result-"))
          out.files.push_back({std::move(path), FileKind::Link});
        break;
      case base::FileType::Regular: {
        const bool executable = ::access((root + "/" + path).c_str(), X_OK) == 0;
        out.files.push_back({std::move(path), executable ? FileKind::Executable : FileKind::Plain});
        break;
      }
      case base::FileType::Missing:
      case base::FileType::Other: break;
    }
    if (out.files.size() > kMaxSources) return tooMany(root);
  }
  return {};
}

Result<std::string> readLinkAt(const Place& place) {
  std::string target(4096, '\0');
  const ssize_t size = ::readlinkat(place.directory, place.name.c_str(), target.data(), target.size());
  if (size < 0 || size == static_cast<ssize_t>(target.size()))
    return systemError(Code::FL0002, "read the link", place.name, errno);
  target.resize(static_cast<std::size_t>(size));
  return target;
}

}  // namespace

Result<Sources> findSources(const std::string& root, const std::string& exclude) {
  Sources out;
  if (inRepository(root) && process::findProgram("git")) {
    FLEETD_TRY_ASSIGN(out, fromGit(root));
  } else {
    FLEETD_TRY(walk(root, "", exclude, 0, out));
  }
  std::sort(out.files.begin(), out.files.end(), [](const Source& a, const Source& b) { return a.path < b.path; });
  std::sort(out.untracked.begin(), out.untracked.end());
  if (!exclude.empty() && exclude.starts_with(root + "/")) {
    const std::string inside = exclude.substr(root.size() + 1) + "/";
    std::erase_if(out.files, [&](const Source& file) { return file.path.starts_with(inside); });
    std::erase_if(out.untracked, [&](const std::string& path) { return path.starts_with(inside); });
  }
  return out;
}

Result<void> copySources(const std::string& root, const Sources& sources, Tree& tree) {
  FLEETD_TRY_ASSIGN(auto directories, Directories::open(root));
  for (const auto& file : sources.files) {
    FLEETD_TRY_ASSIGN(const Place place, directories.find(file.path, Directories::Missing::Refuse));
    if (place.directory < 0) return systemError(Code::FL0002, "read", root + "/" + file.path, ENOENT);
    if (file.kind == FileKind::Link) {
      FLEETD_TRY_ASSIGN(const std::string target, readLinkAt(place));
      FLEETD_TRY(tree.link(file.path, target));
      continue;
    }
    const UniqueFd fd(::openat(place.directory, place.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd) return systemError(Code::FL0002, "read", root + "/" + file.path, errno);
    FLEETD_TRY(tree.copy(file.path, fd.get(), file.kind));
  }
  return {};
}

}  // namespace fleetd::render
