// Walking down directories by descriptor.
#include "kernel/render/directories.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"

namespace fleetd::render {

namespace {

constexpr int kDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// Opens the directory `name`, making room for it. -1 with errno.
int enter(int parent, const std::string& name, Directories::Missing missing) {
  int fd = ::openat(parent, name.c_str(), kDirectory);
  if (fd >= 0 || missing == Directories::Missing::Refuse) return fd;
  if (errno == ENOTDIR || errno == ELOOP) {
    // A file or a link stands where a directory belongs: it is the tree's own, from before.
    if (::unlinkat(parent, name.c_str(), 0) != 0) return -1;
  } else if (errno != ENOENT) {
    return -1;
  }
  if (::mkdirat(parent, name.c_str(), 0755) != 0 && errno != EEXIST) return -1;
  return ::openat(parent, name.c_str(), kDirectory);
}

}  // namespace

Error systemError(base::Code code, std::string_view what, std::string_view path, int number) {
  return {code, fmt::format("cannot {} {}: {}", what, base::sanitize(path), std::strerror(number)), "", {}};
}

Result<Directories> Directories::open(const std::string& root) {
  UniqueFd fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return systemError(base::Code::FL0002, "open", root, errno);
  return Directories(root, std::move(fd));
}

Result<Place> Directories::find(std::string_view path, Missing missing) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return Place{fd_.get(), std::string(path)};
  const std::string_view directory = path.substr(0, slash);
  std::string name(path.substr(slash + 1));
  if (lastFd_ && last_ == directory) return Place{lastFd_.get(), std::move(name)};
  last_.clear();
  lastFd_.reset();
  UniqueFd current;
  std::size_t begin = 0;
  while (begin <= directory.size()) {
    const auto end = std::min(directory.find('/', begin), directory.size());
    const std::string part(directory.substr(begin, end - begin));
    const std::string whole(directory.substr(0, end));
    const int next = enter(current ? current.get() : fd_.get(), part, missing);
    if (next < 0) {
      if (missing == Missing::Refuse) return Place{-1, std::move(name)};
      return systemError(base::Code::FL0003, "make the directory", root_ + "/" + whole, errno);
    }
    current.reset(next);
    begin = end + 1;
  }
  last_ = directory;
  lastFd_ = std::move(current);
  return Place{lastFd_.get(), std::move(name)};
}

}  // namespace fleetd::render
