// Writing a tree of files.
#include "kernel/render/tree.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"

namespace fleetd::render {

namespace {

using base::Code;

constexpr char kScratch[] = "fleetd/.new";
constexpr std::string_view kHeader = "fleetd build tree 1\n";
constexpr std::size_t kChunk = 64u << 10;

unsigned modeOf(FileKind kind) { return kind == FileKind::Executable ? 0755 : 0644; }

// -1 at an error (errno), else bytes read until the buffer is full or the file ends.
ssize_t readFull(int fd, char* buffer, std::size_t size) {
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = ::read(fd, buffer + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(have);
}

bool writeFull(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(fd, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

// The regular file of that size and mode at a place, or nothing.
UniqueFd openSame(const Place& place, std::uint64_t size, FileKind kind) {
  UniqueFd fd(::openat(place.directory, place.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat st {};
  if (!fd || ::fstat(fd.get(), &st) != 0 || !S_ISREG(st.st_mode)) return {};
  if (static_cast<std::uint64_t>(st.st_size) != size || (st.st_mode & 07777) != modeOf(kind)) return {};
  return fd;
}

bool holds(int fd, std::string_view bytes) {
  std::array<char, kChunk> buffer;
  while (!bytes.empty()) {
    const auto want = std::min(bytes.size(), buffer.size());
    if (readFull(fd, buffer.data(), want) != static_cast<ssize_t>(want)) return false;
    if (std::string_view(buffer.data(), want) != bytes.substr(0, want)) return false;
    bytes.remove_prefix(want);
  }
  return true;
}

bool sameContent(int a, int b) {
  std::array<char, kChunk> one, two;
  for (;;) {
    const ssize_t first = readFull(a, one.data(), one.size());
    const ssize_t second = readFull(b, two.data(), two.size());
    if (first < 0 || first != second) return false;
    if (!std::equal(one.begin(), one.begin() + first, two.begin())) return false;
    if (static_cast<std::size_t>(first) < one.size()) return true;
  }
}

void appendEscapedPath(std::string& out, std::string_view path) {
  for (const char c : path) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
}

std::string unescapedPath(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size()) {
      out += line[i];
      continue;
    }
    ++i;
    out += line[i] == 'n' ? '\n' : line[i];
  }
  return out;
}

}  // namespace

bool isInside(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos) return false;
  const auto parts = base::split(path, '/');
  return std::none_of(parts.begin(), parts.end(),
                      [](std::string_view part) { return part.empty() || part == "." || part == ".."; });
}

Result<Tree> Tree::open(const std::string& root, Fault fault) {
  FLEETD_TRY(base::makeDirs(root));
  FLEETD_TRY_ASSIGN(auto directories, Directories::open(root));
  while (::flock(directories.fd(), LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    if (errno == ENOLCK || errno == EOPNOTSUPP) break;  // file systems without locks
    return systemError(Code::FL0003, "lock", root, errno);
  }
  Tree tree(std::move(directories), std::move(fault));
  FLEETD_TRY(tree.readManifest());
  return tree;
}

Result<void> Tree::readManifest() {
  FLEETD_TRY_ASSIGN(const Place place, directories_.find(kManifest, Directories::Missing::Refuse));
  UniqueFd fd;
  if (place.directory >= 0)
    fd.reset(::openat(place.directory, place.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (fd) {
    FLEETD_TRY_ASSIGN(const std::string text, base::readDescriptor(fd.get(), kManifest));
    if (text.starts_with(kHeader)) {
      for (const std::string_view line : base::split(std::string_view(text).substr(kHeader.size()), '\n')) {
        auto path = unescapedPath(line);
        if (isInside(path)) before_.insert(std::move(path));
      }
      return {};
    }
  }
  // Without a manifest only an empty directory is taken, or one in which a first run was stopped before it wrote one.
  FLEETD_TRY_ASSIGN(const auto entries, base::listDir(directories_.root()));
  bool foreign = entries.size() > 1 || (entries.size() == 1 && entries.front().name != kGenerated);
  foreign = foreign || (entries.size() == 1 && entries.front().type != base::FileType::Directory);
  if (!foreign && !entries.empty()) {
    auto inside = base::listDir(directories_.root() + "/" + kGenerated);
    foreign = !inside || std::any_of(inside->begin(), inside->end(),
                                     [](const base::DirEntry& entry) { return entry.name != ".new"; });
  }
  if (!foreign) return {};
  return Error{
      Code::FL0802,
      fmt::format("the directory {} holds files that fleetd did not write", base::sanitize(directories_.root())),
      "name an empty directory, or one fleetd wrote before",
      {}};
}

Result<void> Tree::step() {
  if (fault_ && fault_()) return Error{Code::FL0803, "the work on the build tree was interrupted", "", {}};
  return {};
}

Result<void> Tree::writeManifest(const std::set<std::string>& paths) {
  std::string text(kHeader);
  for (const auto& path : paths) {
    appendEscapedPath(text, path);
    text += '\n';
  }
  FLEETD_TRY(replace(kManifest, text, FileKind::Plain));
  return {};
}

Result<void> Tree::begin(std::vector<std::string> paths) {
  now_ = std::set<std::string>(paths.begin(), paths.end());
  // What a stopped run leaves behind must be known to the next one, so the manifest goes first.
  std::set<std::string> all = before_;
  all.insert(now_.begin(), now_.end());
  return writeManifest(all);
}

Result<UniqueFd> Tree::scratch() {
  FLEETD_TRY_ASSIGN(const Place place, directories_.find(kScratch, Directories::Missing::Create));
  static_cast<void>(::unlinkat(place.directory, place.name.c_str(), 0));
  UniqueFd fd(
      ::openat(place.directory, place.name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return systemError(Code::FL0003, "write", directories_.root() + "/" + kScratch, errno);
  return fd;
}

// Moves the scratch file to its place.
Result<void> Tree::moveIn(const std::string& path) {
  FLEETD_TRY(step());
  FLEETD_TRY_ASSIGN(const Place to, directories_.find(path, Directories::Missing::Create));
  UniqueFd target(::fcntl(to.directory, F_DUPFD_CLOEXEC, 3));
  FLEETD_TRY_ASSIGN(const Place from, directories_.find(kScratch, Directories::Missing::Create));
  if (::renameat(from.directory, from.name.c_str(), target.get(), to.name.c_str()) == 0) return {};
  const int number = errno;
  if (number == EISDIR || number == ENOTEMPTY || number == EEXIST) {
    // A directory of an earlier run stands where a file belongs now.
    FLEETD_TRY(base::removeTree(directories_.root() + "/" + path));
    if (::renameat(from.directory, from.name.c_str(), target.get(), to.name.c_str()) == 0) return {};
  }
  return systemError(Code::FL0003, "write", directories_.root() + "/" + path, number);
}

Result<void> Tree::install(const std::string& path, UniqueFd made, FileKind kind) {
  if (::fchmod(made.get(), modeOf(kind)) != 0)
    return systemError(Code::FL0003, "write", directories_.root() + "/" + path, errno);
  made.reset();
  return moveIn(path);
}

Result<bool> Tree::replace(const std::string& path, std::string_view bytes, FileKind kind) {
  FLEETD_TRY_ASSIGN(const Place place, directories_.find(path, Directories::Missing::Refuse));
  if (place.directory >= 0)
    if (const UniqueFd same = openSame(place, bytes.size(), kind); same && holds(same.get(), bytes)) return false;
  FLEETD_TRY(step());
  FLEETD_TRY_ASSIGN(UniqueFd made, scratch());
  if (!writeFull(made.get(), bytes)) return systemError(Code::FL0003, "write", directories_.root() + "/" + path, errno);
  FLEETD_TRY(install(path, std::move(made), kind));
  return true;
}

Result<void> Tree::put(const std::string& path, std::string_view bytes, FileKind kind) {
  FLEETD_TRY_ASSIGN(const bool wrote, replace(path, bytes, kind));
  ++(wrote ? counts_.written : counts_.unchanged);
  return {};
}

Result<void> Tree::copy(const std::string& path, int from, FileKind kind) {
  struct stat st {};
  if (::fstat(from, &st) != 0) return systemError(Code::FL0002, "read", path, errno);
  FLEETD_TRY_ASSIGN(const Place place, directories_.find(path, Directories::Missing::Refuse));
  if (place.directory >= 0)
    if (const UniqueFd same = openSame(place, static_cast<std::uint64_t>(st.st_size), kind);
        same && sameContent(same.get(), from)) {
      ++counts_.unchanged;
      return {};
    }
  if (::lseek(from, 0, SEEK_SET) != 0) return systemError(Code::FL0002, "read", path, errno);
  FLEETD_TRY(step());
  FLEETD_TRY_ASSIGN(UniqueFd made, scratch());
  std::array<char, kChunk> buffer;
  for (;;) {
    const ssize_t got = readFull(from, buffer.data(), buffer.size());
    if (got < 0) return systemError(Code::FL0002, "read", path, errno);
    if (!writeFull(made.get(), {buffer.data(), static_cast<std::size_t>(got)}))
      return systemError(Code::FL0003, "write", directories_.root() + "/" + path, errno);
    if (static_cast<std::size_t>(got) < buffer.size()) break;
  }
  FLEETD_TRY(install(path, std::move(made), kind));
  ++counts_.written;
  return {};
}

Result<void> Tree::link(const std::string& path, const std::string& target) {
  FLEETD_TRY_ASSIGN(const Place place, directories_.find(path, Directories::Missing::Refuse));
  if (place.directory >= 0) {
    std::string is(target.size() + 1, '\0');
    const ssize_t size = ::readlinkat(place.directory, place.name.c_str(), is.data(), is.size());
    if (size == static_cast<ssize_t>(target.size()) && std::string_view(is).substr(0, target.size()) == target) {
      ++counts_.unchanged;
      return {};
    }
  }
  FLEETD_TRY(step());
  FLEETD_TRY_ASSIGN(const Place from, directories_.find(kScratch, Directories::Missing::Create));
  static_cast<void>(::unlinkat(from.directory, from.name.c_str(), 0));
  if (::symlinkat(target.c_str(), from.directory, from.name.c_str()) != 0)
    return systemError(Code::FL0003, "write", directories_.root() + "/" + path, errno);
  FLEETD_TRY(moveIn(path));
  ++counts_.written;
  return {};
}

Result<void> Tree::removeOne(const std::string& path) {
  FLEETD_TRY(step());
  FLEETD_TRY_ASSIGN(const Place place, directories_.find(path, Directories::Missing::Refuse));
  if (place.directory < 0) return {};
  if (::unlinkat(place.directory, place.name.c_str(), 0) == 0)
    ++counts_.removed;
  else if (errno != ENOENT && errno != EISDIR && errno != EPERM)
    return systemError(Code::FL0003, "remove", directories_.root() + "/" + path, errno);
  // Directories go with their last file; one that still holds something stays.
  for (std::string above = path; above.find('/') != std::string::npos;) {
    above.resize(above.rfind('/'));
    FLEETD_TRY_ASSIGN(const Place parent, directories_.find(above, Directories::Missing::Refuse));
    if (parent.directory < 0 || ::unlinkat(parent.directory, parent.name.c_str(), AT_REMOVEDIR) != 0) break;
  }
  return {};
}

Result<void> Tree::finish() {
  for (const auto& path : before_)
    if (!now_.contains(path)) FLEETD_TRY(removeOne(path));
  FLEETD_TRY_ASSIGN(const Place left, directories_.find(kScratch, Directories::Missing::Create));
  static_cast<void>(::unlinkat(left.directory, left.name.c_str(), 0));
  FLEETD_TRY(writeManifest(now_));
  before_ = now_;
  return {};
}

}  // namespace fleetd::render
