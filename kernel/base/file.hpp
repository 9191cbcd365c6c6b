// Files: bounded reads, atomic writes, directories. Paths are byte strings; nothing here throws.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::base {

inline constexpr std::uint64_t kReadLimit = 64u << 20;  // bytes; default bound of readFile

enum class FileType : std::uint8_t { Missing, Regular, Directory, Symlink, Other };

struct DirEntry {
  std::string name;
  FileType type = FileType::Other;
};

// Whether a write waits until the bytes and the name are on the disk. `Volatile` is for files that can be
// made again.
enum class Durability : std::uint8_t { Durable, Volatile };

// The content of a regular file. Errors: FL0002 (missing, not a regular file, unreadable), FL0004 (more than
// `limit` bytes).
Result<std::string> readFile(const std::string& path, std::uint64_t limit = kReadLimit);
// Reads a descriptor to its end. `name` is used in errors.
Result<std::string> readDescriptor(int fd, const std::string& name, std::uint64_t limit = kReadLimit);

// Replaces `path` by a file with exactly this content and mode (the umask does not apply): a temporary file
// beside it is written and renamed, so readers see the old or the new content and a failure leaves the old. A
// symlink at `path` is replaced, not followed. The directory must exist. Errors: FL0003.
Result<void> writeFileAtomic(const std::string& path, std::string_view bytes, unsigned mode = 0644,
                             Durability durability = Durability::Durable);
// The same, unless `path` already is a regular file with this content and mode. Returns whether it wrote.
Result<bool> writeIfChanged(const std::string& path, std::string_view bytes, unsigned mode = 0644,
                            Durability durability = Durability::Durable);

// The type of `path` itself: symlinks are not followed. Never fails: what cannot be looked at is Missing.
FileType fileType(const std::string& path);
// Whether `path`, symlinks followed, is a directory or a regular file.
bool isDirectory(const std::string& path);
bool isRegularFile(const std::string& path);
// Creates a directory and its missing parents. Fine when it exists. Errors: FL0003.
Result<void> makeDirs(const std::string& path, unsigned mode = 0755);
// Removes a file or a directory with everything below it; symlinks are removed, never followed, and other
// mounted file systems are refused. Fine when `path` does not exist. Errors: FL0003 for "/", "", "." and what
// cannot be removed, FL0004 for deep trees.
Result<void> removeTree(const std::string& path);
// The entries of a directory without "." and "..", sorted by name as bytes. Errors: FL0002.
Result<std::vector<DirEntry>> listDir(const std::string& path);
// The absolute path without symlinks. Errors: FL0002.
Result<std::string> realPath(const std::string& path);
Result<std::string> readLink(const std::string& path);
Result<std::string> currentDir();
// A new private directory (mode 0700) below $TMPDIR or /tmp. The caller removes it.
Result<std::string> makeTempDir(std::string_view prefix);

}  // namespace fleetd::base
