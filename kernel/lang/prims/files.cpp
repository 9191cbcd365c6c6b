// Builtins on files: readFile, readDir, readFileType, pathExists. A path below the source of a flake is read there.
#include "kernel/base/file.hpp"
#include "kernel/lang/prims/support.hpp"
#include "kernel/lang/source_path.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

// Like wantPath, and understands "${self}/x".
bool wantSource(Evaluator& ev, Value v, std::string* path, Value* out) {
  v = ev.force(v);
  if (v.isUnknown() || v.is(Tag::Attrs)) {
    if (auto source = sourcePath(ev, v)) {
      *path = std::string(ev.path(*source).string());
      return true;
    }
  }
  return wantPath(ev, v, path, out);
}

Value missing(Evaluator& ev, const std::string& path) { return ev.fail(ErrorKind::File, 0, "path '{}' does not exist", path); }

Value readFile(Evaluator& ev, Value* args, Pos) {
  Value out;
  std::string path;
  if (!wantSource(ev, args[0], &path, &out)) return out;
  if (base::fileType(path) == base::FileType::Missing) return missing(ev, path);
  auto text = base::readFile(path);
  if (!text) return ev.failText(ErrorKind::File, 0, text.error().message, text.error().hint);
  if (text->find('\0') != std::string::npos) return ev.fail(ErrorKind::File, 0, "the contents of the file '{}' cannot be represented as a Nix string", path);
  return ev.string(*text);
}

std::string_view typeName(base::FileType type) {
  switch (type) {
    case base::FileType::Regular: return "regular";
    case base::FileType::Directory: return "directory";
    case base::FileType::Symlink: return "symlink";
    case base::FileType::Missing: case base::FileType::Other: return "unknown";
  }
  return "unknown";
}

Value readDir(Evaluator& ev, Value* args, Pos) {
  Value out;
  std::string path;
  if (!wantSource(ev, args[0], &path, &out)) return out;
  if (base::fileType(path) == base::FileType::Missing) return missing(ev, path);
  auto entries = base::listDir(path);
  if (!entries) return ev.fail(ErrorKind::File, 0, "cannot read directory '{}': {}", path, entries.error().message);
  std::vector<Attr> items;
  for (const base::DirEntry& entry : *entries) items.push_back({ev.symbol(entry.name), 0, Value::text(typeName(entry.type))});
  return ev.attrs(items);
}

Value readFileType(Evaluator& ev, Value* args, Pos) {
  Value out;
  std::string path;
  if (!wantSource(ev, args[0], &path, &out)) return out;
  const base::FileType type = base::fileType(path);
  return type == base::FileType::Missing ? missing(ev, path) : Value::text(typeName(type));
}

Value pathExists(Evaluator& ev, Value* args, Pos) {
  Value out;
  std::string path;
  args[0] = ev.force(args[0]);
  const bool mustBeDirectory = args[0].is(Tag::String) && (args[0].string().ends_with('/') || args[0].string().ends_with("/."));
  if (!wantSource(ev, args[0], &path, &out)) return out;
  return Value::of(mustBeDirectory ? base::isDirectory(path) : base::fileType(path) != base::FileType::Missing);
}

constexpr PrimOp kPrims[] = {
    {"readFile", 1, readFile, "the content of a file"},
    {"readDir", 1, readDir, "the entries of a directory and their types"},
    {"readFileType", 1, readFileType, "the type of a file"},
    {"pathExists", 1, pathExists, "whether a file exists"},
};

}  // namespace

std::span<const PrimOp> filePrims() { return kPrims; }

}  // namespace fleetd::lang
