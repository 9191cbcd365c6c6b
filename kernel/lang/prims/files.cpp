// Builtins that read files: readFile readDir readFileType pathExists. A path below the source of a flake is read there.
// Files that do not exist in the store may be built one day, so outside of a command their absence is unknown.
#include <dirent.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "kernel/base/file.hpp"
#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

bool isMissing(const std::string& path) { return base::fileType(path) == base::FileType::Missing; }

std::string_view typeName(base::FileType type) {
  switch (type) {
    case base::FileType::Regular: return "regular";
    case base::FileType::Directory: return "directory";
    case base::FileType::Symlink: return "symlink";
    case base::FileType::Missing:
    case base::FileType::Other: break;
  }
  return "unknown";
}

Value readFile(Evaluator& ev, Value* args, Pos) {
  Value out;
  std::string path;
  if (!wantSource(ev, args[0], &path, &out)) return out;
  if (mayAppear(ev, path) && isMissing(path)) return Value::stuck();
  const auto text = readForBuiltin(ev, path, &out);
  if (!text) return out;
  if (text->find('\0') != std::string::npos)
    return ev.fail(ErrorKind::File, 0, "the contents of the file '{}' cannot be represented as a Nix string", path);
  return ev.string(*text);
}

Value readDir(Evaluator& ev, Value* args, Pos) {
  Value out;
  std::string path;
  if (!wantSource(ev, args[0], &path, &out)) return out;
  if (mayAppear(ev, path) && isMissing(path)) return Value::stuck();
  const auto entries = base::listDir(path);
  if (!entries) {
    struct stat st {};
    const int code = ::stat(path.c_str(), &st) != 0 ? errno : S_ISDIR(st.st_mode) ? EACCES : ENOTDIR;
    return ev.fail(ErrorKind::File, 0, "cannot read directory \"{}\": {}", path, std::strerror(code));
  }
  std::vector<Attr> items;
  for (const base::DirEntry& entry : *entries)
    items.push_back({ev.symbol(entry.name), 0, Value::text(typeName(entry.type))});
  return ev.attrs(items);
}

Value readFileType(Evaluator& ev, Value* args, Pos) {
  Value out;
  std::string path;
  if (!wantSource(ev, args[0], &path, &out)) return out;
  const base::FileType type = base::fileType(path);
  if (type != base::FileType::Missing) return Value::text(typeName(type));
  if (mayAppear(ev, path)) return Value::stuck();
  return ev.fail(ErrorKind::File, 0, "path '{}' does not exist", path);
}

Value pathExists(Evaluator& ev, Value* args, Pos) {
  Value out;
  std::string path;
  if (!wantSource(ev, args[0], &path, &out)) return out;
  // A trailing slash or dot asks for a directory.
  const Value text = ev.coerceToString(args[0], Evaluator::Coerce::Plain, 0);
  const bool wantsDirectory = text.is(Tag::String) && (text.string().ends_with('/') || text.string().ends_with("/."));
  const bool exists = wantsDirectory ? base::isDirectory(path) : !isMissing(path);
  if (!exists && mayAppear(ev, path)) return Value::stuck();
  return Value::of(exists);
}

constexpr PrimOp kPrims[] = {
    {"readFile", 1, readFile, "the contents of a file"},
    {"readDir", 1, readDir, "the names and types of a directory's entries"},
    {"readFileType", 1, readFileType, "the type of a file"},
    {"pathExists", 1, pathExists, "whether a path exists"},
};

}  // namespace

std::span<const PrimOp> filePrims() { return kPrims; }

}  // namespace fleetd::lang
