// The half of file.hpp that makes, lists and removes directories.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <fmt/core.h>

#include "kernel/base/fd.hpp"
#include "kernel/base/file.hpp"

namespace fleetd::base {

namespace {

constexpr int kMaxDepth = 256;  // one open descriptor a level; no sane tree comes near

Error unremovable(const std::string& path, int code) {
  return {Code::FL0003, fmt::format("cannot remove {}: {}", path, std::strerror(code)), "", {}};
}

struct CloseDir {
  void operator()(DIR* dir) const { ::closedir(dir); }
};
using DirHandle = std::unique_ptr<DIR, CloseDir>;

FileType typeAt(int dirFd, const dirent& entry) {
  switch (entry.d_type) {
    case DT_REG: return FileType::Regular;
    case DT_DIR: return FileType::Directory;
    case DT_LNK: return FileType::Symlink;
    case DT_UNKNOWN: break;
    default: return FileType::Other;
  }
  struct stat st {};
  if (::fstatat(dirFd, entry.d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) return FileType::Missing;
  if (S_ISREG(st.st_mode)) return FileType::Regular;
  if (S_ISDIR(st.st_mode)) return FileType::Directory;
  return S_ISLNK(st.st_mode) ? FileType::Symlink : FileType::Other;
}

// All entries, unsorted; errno is 0 unless reading failed.
std::vector<DirEntry> entriesOf(DIR* dir) {
  std::vector<DirEntry> out;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(dir);
    if (!entry) return out;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") out.push_back({std::string(name), typeAt(::dirfd(dir), *entry)});
  }
}

// Opens `name` below `parent` without following a symlink and makes sure that we may delete in it.
UniqueFd openForRemoval(int parent, const char* name) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  UniqueFd fd(::openat(parent, name, kFlags));
  if (!fd && errno == EACCES && ::fchmodat(parent, name, 0700, AT_SYMLINK_NOFOLLOW) == 0)
    fd.reset(::openat(parent, name, kFlags));
  return fd;
}

Result<void> removeContent(UniqueFd fd, dev_t device, const std::string& shown, int depth) {
  if (depth > kMaxDepth)
    return Error{Code::FL0004, fmt::format("{} is nested more than {} directories deep", shown, kMaxDepth), "", {}};
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return unremovable(shown, errno);
  if (st.st_dev != device)
    return Error{Code::FL0003, fmt::format("cannot remove {}: another file system is mounted there", shown), "", {}};
  if ((st.st_mode & 0700) != 0700 && ::fchmod(fd.get(), 0700) != 0) return unremovable(shown, errno);
  const DirHandle dir(::fdopendir(fd.get()));
  if (!dir) return unremovable(shown, errno);
  const int at = fd.release();  // closed by `dir` from here on
  const std::vector<DirEntry> entries = entriesOf(dir.get());
  if (errno != 0) return unremovable(shown, errno);
  for (const DirEntry& entry : entries) {
    const char* name = entry.name.c_str();
    const std::string path = shown + "/" + entry.name;
    if (entry.type == FileType::Directory) {
      UniqueFd child = openForRemoval(at, name);
      if (!child) return unremovable(path, errno);
      FLEETD_TRY(removeContent(std::move(child), device, path, depth + 1));
      if (::unlinkat(at, name, AT_REMOVEDIR) != 0) return unremovable(path, errno);
    } else if (::unlinkat(at, name, 0) != 0 && errno != ENOENT) {
      return unremovable(path, errno);
    }
  }
  return {};
}

}  // namespace

Result<void> makeDirs(const std::string& path, unsigned mode) {
  if (path.empty() || path.find('\0') != std::string::npos)
    return Error{Code::FL0003, "cannot create a directory with an empty or invalid name", "", {}};
  for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    const int failed = ::mkdir(part.c_str(), static_cast<mode_t>(mode)) == 0 ? 0 : errno;
    if (failed != 0 && !isDirectory(part)) {
      const int code = failed == EEXIST ? ENOTDIR : failed;
      return Error{Code::FL0003, fmt::format("cannot create directory {}: {}", part, std::strerror(code)), "", {}};
    }
    if (slash == std::string::npos) return {};
  }
}

Result<void> removeTree(const std::string& path) {
  std::string trimmed = path;
  while (trimmed.size() > 1 && trimmed.back() == '/') trimmed.pop_back();
  const std::string last = trimmed.substr(trimmed.rfind('/') + 1);
  if (last.empty() || last == "." || last == ".." || trimmed.find('\0') != std::string::npos)
    return Error{Code::FL0003, fmt::format("refusing to remove `{}`", path), "", {}};
  struct stat st {};
  if (::lstat(trimmed.c_str(), &st) != 0) {
    if (errno == ENOENT) return {};
    return unremovable(path, errno);
  }
  if (!S_ISDIR(st.st_mode)) {
    if (::unlink(trimmed.c_str()) != 0 && errno != ENOENT) return unremovable(path, errno);
    return {};
  }
  UniqueFd fd = openForRemoval(AT_FDCWD, trimmed.c_str());
  if (!fd) return unremovable(path, errno);
  FLEETD_TRY(removeContent(std::move(fd), st.st_dev, trimmed, 0));
  if (::rmdir(trimmed.c_str()) != 0) return unremovable(path, errno);
  return {};
}

Result<std::vector<DirEntry>> listDir(const std::string& path) {
  const DirHandle dir(path.find('\0') == std::string::npos ? ::opendir(path.c_str()) : nullptr);
  if (!dir) return Error{Code::FL0002, fmt::format("cannot list {}: {}", path, std::strerror(errno)), "", {}};
  std::vector<DirEntry> entries = entriesOf(dir.get());
  if (errno != 0) return Error{Code::FL0002, fmt::format("cannot list {}: {}", path, std::strerror(errno)), "", {}};
  std::sort(entries.begin(), entries.end(), [](const DirEntry& a, const DirEntry& b) { return a.name < b.name; });
  return entries;
}

}  // namespace fleetd::base
