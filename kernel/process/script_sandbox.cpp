#include "kernel/process/script_sandbox.hpp"

#include <unistd.h>

#include <cstdlib>
#include <utility>

#include <fmt/core.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/process/spawn.hpp"

#ifdef __linux__
#include <linux/magic.h>
#include <sys/vfs.h>
#endif

namespace fleetd::process {

namespace {

Error noMemory(std::string_view why) {
  return {Code::FL0743,
          fmt::format("there is no directory in memory for a script's files{}", why),
          "set XDG_RUNTIME_DIR to a directory on tmpfs",
          {}};
}

#ifdef __linux__

bool isInMemory(const char* path) {
  struct statfs info {};
  return path && *path == '/' && ::statfs(path, &info) == 0 &&
         (info.f_type == TMPFS_MAGIC || info.f_type == RAMFS_MAGIC);
}

constexpr const char *kKind = "bubblewrap", *kProgram = "bwrap";

#else

constexpr const char *kKind = "sandbox-exec", *kProgram = "sandbox-exec";
constexpr const char* kSectors = "ram://262144";  // 128 MiB

#endif

}  // namespace

MemoryDirectory::MemoryDirectory(MemoryDirectory&& other) noexcept { *this = std::move(other); }

MemoryDirectory& MemoryDirectory::operator=(MemoryDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(device_, other.device_);
  return *this;
}

MemoryDirectory::~MemoryDirectory() {
  if (device_.empty()) return;
  Command detach;
  detach.argv = {"/usr/bin/hdiutil", "detach", "-force", device_};
  static_cast<void>(run(detach));
}

#ifdef __linux__

Result<MemoryDirectory> MemoryDirectory::open() {
  MemoryDirectory out;
  for (const char* candidate : {static_cast<const char*>(std::getenv("XDG_RUNTIME_DIR")), "/dev/shm", "/run/shm"})
    if (isInMemory(candidate)) {
      out.path_ = candidate;
      return out;
    }
  return noMemory("");
}

#else

Result<MemoryDirectory> MemoryDirectory::open() {
  MemoryDirectory out;
  Command attach;
  attach.argv = {"/usr/bin/hdiutil", "attach", "-nomount", kSectors};
  FLEETD_TRY_ASSIGN(const std::string device, runForOutput(attach));
  out.device_ = std::string(base::trim(device));
  Command format;
  format.argv = {"/sbin/newfs_hfs", "-v", "fleetd", out.device_};
  FLEETD_TRY(runForOutput(format));
  std::string mount = "/private/tmp/fleetd-memory-XXXXXX";
  if (!::mkdtemp(mount.data())) return noMemory(": no directory for it");
  Command attachAt;
  attachAt.argv = {"/sbin/mount", "-t", "hfs", "-o", "nobrowse", out.device_, mount};
  FLEETD_TRY(runForOutput(attachAt));
  out.path_ = mount;
  return out;
}

#endif

Result<ScriptSandbox> scriptSandbox(bool without) {
  ScriptSandbox out;
  out.kind = without ? "none" : kKind;
  if (!without) {
    const auto program = findProgram(kProgram);
    if (!program)
      return Error{Code::FL0740,
                   fmt::format("`{}`, which scripts of generators are shut in with, was not found", kProgram),
                   "install it, or run scripts without a sandbox with --no-sandbox",
                   {}};
    out.program = *program;
  }
  if (out.kind == "bubblewrap") return out;
  FLEETD_TRY_ASSIGN(out.directory, MemoryDirectory::open());
  return out;
}

}  // namespace fleetd::process
