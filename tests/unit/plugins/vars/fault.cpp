// Definitions in the program come before those of libc.
// With the names the linker knows: what the headers would call open64 is called so.
#undef _FILE_OFFSET_BITS
#include "fault.hpp"

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fleetd::vars::fault {

namespace {

// Plain memory: calls arrive before main and after it.
char root[4096];
Plan plan;
unsigned count;
bool armed;

bool isBelow(const char* path) { return path && std::strncmp(path, root, std::strlen(root)) == 0; }

bool isBelow(int fd) {
  char name[64], path[4096];
  std::snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  const ssize_t size = ::readlink(name, path, sizeof path - 1);
  if (size <= 0) return false;
  path[size] = '\0';
  return isBelow(path);
}

}  // namespace

void arm(const std::string& directory, Plan wanted) {
  std::snprintf(root, sizeof root, "%s/", directory.c_str());
  plan = wanted;
  count = 0;
  armed = true;
}

unsigned disarm() {
  armed = false;
  return count;
}

// Whether the call fails; errno is set. A program that is to end does not come back, `before` is what it still does.
template <class Where, class Before>
bool hits(Where where, bool reads, Before before) {
  if (!armed || (reads && !plan.reads)) return false;
  const int kept = errno;
  const bool ours = isBelow(where);
  errno = kept;
  if (!ours) return false;
  ++count;
  if (plan.kind == Kind::None || count < plan.at || (count > plan.at && !plan.lasting)) return false;
  if (plan.kind == Kind::Kill) {
    before();
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
  }
  errno = plan.code;
  return true;
}
template <class Where>
bool hits(Where where, bool reads = false) {
  return hits(where, reads, [] {});
}

}  // namespace fleetd::vars::fault

namespace {

template <class F>
F real(const char* name, F) {
  return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}

using fleetd::vars::fault::hits;

bool onlyReads(int flags) { return (flags & O_ACCMODE) == O_RDONLY && (flags & O_CREAT) == 0; }
mode_t modeOf(int flags, va_list list) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(list, mode_t) : 0;
}

}  // namespace

#define FAULT_CALL extern "C" __attribute__((visibility("default")))
#define FAULT_REAL(name) static const auto next = real(#name, &::name)

FAULT_CALL int open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = modeOf(flags, list);
  va_end(list);
  FAULT_REAL(open);
  return hits(path, onlyReads(flags)) ? -1 : next(path, flags, mode);
}
FAULT_CALL int open64(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = modeOf(flags, list);
  va_end(list);
  FAULT_REAL(open64);
  return hits(path, onlyReads(flags)) ? -1 : next(path, flags, mode);
}
FAULT_CALL DIR* opendir(const char* path) {
  FAULT_REAL(opendir);
  return hits(path, true) ? nullptr : next(path);
}
FAULT_CALL ssize_t read(int fd, void* out, size_t size) {
  FAULT_REAL(read);
  return hits(fd, true) ? -1 : next(fd, out, size);
}
FAULT_CALL ssize_t write(int fd, const void* bytes, size_t size) {
  FAULT_REAL(write);
  // A program that is killed may have written a part.
  return hits(fd, false, [&] { static_cast<void>(next(fd, bytes, size / 2)); }) ? -1 : next(fd, bytes, size);
}
FAULT_CALL int fsync(int fd) {
  FAULT_REAL(fsync);
  return hits(fd) ? -1 : next(fd);
}
FAULT_CALL int syncfs(int fd) noexcept {
  FAULT_REAL(syncfs);
  return hits(fd) ? -1 : next(fd);
}
FAULT_CALL int mkdir(const char* path, mode_t mode) noexcept {
  FAULT_REAL(mkdir);
  return hits(path) ? -1 : next(path, mode);
}
FAULT_CALL int rmdir(const char* path) noexcept {
  FAULT_REAL(rmdir);
  return hits(path) ? -1 : next(path);
}
FAULT_CALL int unlink(const char* path) noexcept {
  FAULT_REAL(unlink);
  return hits(path) ? -1 : next(path);
}
FAULT_CALL int unlinkat(int at, const char* path, int flags) noexcept {
  FAULT_REAL(unlinkat);
  return hits(at) || hits(path) ? -1 : next(at, path, flags);
}
FAULT_CALL int remove(const char* path) noexcept {
  FAULT_REAL(remove);
  return hits(path) ? -1 : next(path);
}
FAULT_CALL int symlink(const char* target, const char* path) noexcept {
  FAULT_REAL(symlink);
  return hits(path) ? -1 : next(target, path);
}
FAULT_CALL int link(const char* old, const char* path) noexcept {
  FAULT_REAL(link);
  return hits(path) ? -1 : next(old, path);
}
FAULT_CALL int linkat(int from, const char* old, int to, const char* path, int flags) noexcept {
  FAULT_REAL(linkat);
  return hits(path) ? -1 : next(from, old, to, path, flags);
}
FAULT_CALL int rename(const char* old, const char* path) noexcept {
  FAULT_REAL(rename);
  return hits(path) ? -1 : next(old, path);
}
