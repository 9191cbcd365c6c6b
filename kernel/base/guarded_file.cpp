// Opening files nobody else can change.
#include "kernel/base/guarded_file.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <vector>

#include <fmt/core.h>

#include "kernel/base/text.hpp"

namespace fleetd::base {

namespace {

constexpr std::size_t kMaxDepth = 256;
constexpr int kMaxLinks = 40;
constexpr std::size_t kMaxShown = 4;

// A directory is only passed through; where there is O_PATH, it need not be readable for that.
#ifdef O_PATH
constexpr int kPass = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
#else
constexpr int kPass = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
#endif

std::string userName(unsigned user) {
  std::array<char, 4096> space{};
  passwd entry{};
  passwd* found = nullptr;
  const bool known = ::getpwuid_r(user, &entry, space.data(), space.size(), &found) == 0 && found;
  return known ? fmt::format("{} ({})", sanitize(found->pw_name), user) : fmt::format("{}", user);
}

// The convention of user-private groups: the user's first group, called like the user, without further members.
bool privateGroup(unsigned user, unsigned group) {
  if (user == 0) return false;
  std::array<char, 16384> userSpace{}, groupSpace{};
  passwd owner{};
  passwd* foundOwner = nullptr;
  struct group entry {};
  struct group* found = nullptr;
  if (::getpwuid_r(user, &owner, userSpace.data(), userSpace.size(), &foundOwner) != 0 || !foundOwner) return false;
  if (foundOwner->pw_gid != group) return false;
  if (::getgrgid_r(group, &entry, groupSpace.data(), groupSpace.size(), &found) != 0 || !found) return false;
  if (std::strcmp(found->gr_name, foundOwner->pw_name) != 0) return false;
  for (char** member = found->gr_mem; member && *member; ++member)
    if (std::strcmp(*member, foundOwner->pw_name) != 0) return false;
  return true;
}

class Walk {
 public:
  Walk(const std::string& path, const FileGuard& guard) : asked_(path), guard_(guard) {}

  Result<GuardedFile> run() {
    if (asked_.empty() || asked_.front() != '/' || asked_.find('\0') != std::string::npos)
      return Error{Code::FL0002, fmt::format("`{}` is not an absolute path", sanitize(asked_)), "", {}};
    FLEETD_TRY(enter(AT_FDCWD, "/"));
    push(asked_);
    while (!pending_.empty()) {
      const std::string name = std::move(pending_.back());
      pending_.pop_back();
      if (name == "..") {
        if (names_.empty()) continue;
        directories_.pop_back();
        names_.pop_back();
        continue;
      }
      struct stat status {};
      if (::fstatat(here(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return missing(errno);
      if (S_ISLNK(status.st_mode)) {
        FLEETD_TRY(follow(name, status));
      } else if (pending_.empty()) {
        return open(name);
      } else {
        FLEETD_TRY(enter(here(), name));
        names_.push_back(name);
      }
    }
    return missing(EISDIR);
  }

 private:
  int here() const { return directories_.back().get(); }
  std::string pathOf(std::string_view name) const {
    std::string out;
    for (const auto& part : names_) (out += '/') += part;
    return (out += '/') += name;
  }
  Error missing(int code) const {
    return {Code::FL0002, fmt::format("cannot open {}: {}", asked_, std::strerror(code)), "", {}};
  }

  // The names of a path in front of those that are still to come.
  void push(std::string_view path) {
    const auto parts = split(path, '/');
    for (auto part = parts.rbegin(); part != parts.rend(); ++part)
      if (!part->empty() && *part != ".") pending_.emplace_back(*part);
  }

  Result<void> enter(int parent, const std::string& name) {
    if (directories_.size() >= kMaxDepth) return missing(ENAMETOOLONG);
    UniqueFd directory(::openat(parent, name.c_str(), kPass));
    struct stat status {};
    if (!directory || ::fstat(directory.get(), &status) != 0) return missing(errno);
    judge(status, parent == AT_FDCWD ? name : pathOf(name));
    directories_.push_back(std::move(directory));
    return {};
  }

  Result<void> follow(const std::string& name, const struct stat& status) {
    if (++links_ > kMaxLinks) return missing(ELOOP);
    judge(status, pathOf(name));
    std::array<char, PATH_MAX> target{};
    const auto size = ::readlinkat(here(), name.c_str(), target.data(), target.size());
    if (size <= 0 || static_cast<std::size_t>(size) == target.size()) return missing(size < 0 ? errno : ENAMETOOLONG);
    if (target[0] == '/') {
      directories_.erase(directories_.begin() + 1, directories_.end());
      names_.clear();
    }
    push({target.data(), static_cast<std::size_t>(size)});
    return {};
  }

  Result<GuardedFile> open(const std::string& name) {
    // Not blocking: it may have become a pipe since it was looked at.
    GuardedFile out{UniqueFd(::openat(here(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)),
                    pathOf(name)};
    struct stat status {};
    if (!out.fd || ::fstat(out.fd.get(), &status) != 0) return missing(errno);
    if (!S_ISREG(status.st_mode)) return Error{Code::FL0002, fmt::format("`{}` is no regular file", out.path), "", {}};
    judge(status, out.path);
    if (!faults_.empty()) return refusal();
    return out;
  }

  void judge(const struct stat& status, const std::string& path) {
    if (status.st_uid != 0 && status.st_uid != guard_.user && status.st_uid != guard_.root) {
      faults_.push_back(fmt::format("`{}` belongs to user {}", path, userName(status.st_uid)));
      foreign_ = true;
    }
    if (S_ISLNK(status.st_mode) || (S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0)) return;
    const bool anybody = (status.st_mode & S_IWOTH) != 0;
    const bool group = (status.st_mode & S_IWGRP) != 0 &&
                       !(guard_.isPrivateGroup && guard_.isPrivateGroup(static_cast<unsigned>(status.st_gid)));
    if (!anybody && !group) return;
    faults_.push_back(anybody ? fmt::format("`{}` may be written by anybody", path)
                              : fmt::format("`{}` may be written by group {}", path, status.st_gid));
    writable_.push_back(shellQuote(path));
  }

  Error refusal() const {
    std::vector<std::string> shown = faults_;
    if (shown.size() > kMaxShown) {
      shown.resize(kMaxShown);
      shown.push_back(fmt::format("and {} more", faults_.size() - kMaxShown));
    }
    std::string hint;
    if (!writable_.empty()) hint = "chmod go-w " + join(writable_, " ");
    if (foreign_)
      hint += std::string(hint.empty() ? "" : "; ") +
              "what belongs to somebody else: copy it into a directory of your own, or let root own it";
    return {Code::FL0333,
            fmt::format("`{}` is not loaded, because others than you and root can change it: {}", asked_,
                        join(shown, ", ")),
            std::move(hint),
            {}};
  }

  const std::string& asked_;
  const FileGuard& guard_;
  std::vector<UniqueFd> directories_;  // from "/" down to where the walk is
  std::vector<std::string> names_;     // theirs, without the first
  std::vector<std::string> pending_;   // what is still to come, the next last
  int links_ = 0;
  std::vector<std::string> faults_, writable_;
  bool foreign_ = false;
};

}  // namespace

FileGuard FileGuard::current() {
  FileGuard out;
  out.user = static_cast<unsigned>(::geteuid());
  struct stat status {};
  out.root = ::stat("/", &status) == 0 ? static_cast<unsigned>(status.st_uid) : 0;
  out.isPrivateGroup = [user = out.user](unsigned group) { return privateGroup(user, group); };
  return out;
}

Result<GuardedFile> openGuarded(const std::string& path, const FileGuard& guard) { return Walk(path, guard).run(); }

}  // namespace fleetd::base
