// Builtins that evaluate files: import scopedImport findFile.
#include "kernel/base/file.hpp"
#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

// The file an import names; a directory means its default.nix.
bool wantFile(Evaluator& ev, Value v, std::string* path, Value* out) {
  if (!wantSource(ev, v, path, out)) return false;
  if (base::isDirectory(*path)) *path += *path == "/" ? "default.nix" : "/default.nix";
  if (base::fileType(*path) != base::FileType::Missing) return true;
  *out = ev.purity() == Purity::Pure && path->starts_with("/nix/store/")
             ? Value::stuck()
             : ev.fail(ErrorKind::File, 0, "path '{}' does not exist", *path);
  return false;
}

Value importPrim(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::string path;
  args[0] = ev.force(args[0]);
  // An input that is known natively may say what importing it gives: `import nixpkgs { … }`.
  if (args[0].is(Tag::Attrs) || args[0].isUnknown()) {
    const Value native = ev.selectOr(args[0], ev.symbol("_fleetdImport"), Value::null(), pos);
    if (native.isFunction() || native.is(Tag::List)) return native;
  }
  return wantFile(ev, args[0], &path, &out) ? ev.evalFile(path) : out;
}

Value scopedImport(Evaluator& ev, Value* args, Pos) {
  Value out;
  std::string path;
  if (!wantAttrs(ev, args[0], &out) || !wantFile(ev, args[1], &path, &out)) return out;
  return ev.evalScoped(path, args[0].attrs);
}

// One entry of a search path: { path, prefix }. True: *found holds a hit or an error.
bool tryEntry(Evaluator& ev, Value entry, std::string_view name, Value* found) {
  if (!wantAttrs(ev, entry, found)) return true;
  std::string_view prefix;
  if (const Attr* attr = entry.attrs->find(ev.names().prefix)) {
    Value v = attr->value;
    if (!wantString(ev, v, found)) return true;
    prefix = v.string();
  }
  std::string_view rest = name;
  if (!prefix.empty()) {
    if (!name.starts_with(prefix) || (name.size() > prefix.size() && name[prefix.size()] != '/')) return false;
    rest.remove_prefix(prefix.size());
    if (!rest.empty()) rest.remove_prefix(1);
  }
  Value dir;
  std::string path;
  if (!wantAttr(ev, *entry.attrs, ev.symbol("path"), &dir, found) || !wantPath(ev, dir, &path, found)) return true;
  if (!rest.empty()) (path += '/') += rest;
  if (base::fileType(path) == base::FileType::Missing) return false;
  *found = ev.path(path);
  return true;
}

Value findFile(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantList(ev, args[0], &out) || !wantPlainString(ev, args[1], &out)) return out;
  for (const Value& entry : args[0].list())
    if (tryEntry(ev, entry, args[1].string(), &out)) return out;
  return ev.fail(ErrorKind::Throw, 0, "file '{}' was not found in the Nix search path (add it using $NIX_PATH or -I)",
                 args[1].string());
}

constexpr PrimOp kPrims[] = {
    {"import", 1, importPrim, "the value of a file"},
    {"scopedImport", 2, scopedImport, "the value of a file evaluated with more names in scope"},
    {"findFile", 2, findFile, "a file looked up in a search path"},
};

}  // namespace

std::span<const PrimOp> importPrims() { return kPrims; }

}  // namespace fleetd::lang
