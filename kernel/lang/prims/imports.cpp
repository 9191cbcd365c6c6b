// Builtins that evaluate other files: import, scopedImport, findFile.
#include "kernel/base/file.hpp"
#include "kernel/lang/parser.hpp"
#include "kernel/lang/prims/support.hpp"
#include "kernel/lang/source_path.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

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

bool exists(Evaluator& ev, std::string* path, Value* out) {
  if (base::isDirectory(*path)) *path += "/default.nix";
  if (base::fileType(*path) != base::FileType::Missing) return true;
  *out = ev.fail(ErrorKind::File, 0, "path '{}' does not exist", *path);
  return false;
}

Value importPrim(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::string path;
  const Value target = ev.force(args[0]);
  // An input that is known natively may say what importing it gives: `import nixpkgs { … }`.
  if (target.is(Tag::Attrs) || target.isUnknown()) {
    const Value native = ev.selectOr(target, ev.symbol("_fleetdImport"), Value::null(), pos);
    if (native.isFunction()) return native;
  }
  if (!wantSource(ev, target, &path, &out) || !exists(ev, &path, &out)) return out;
  return ev.evalFile(path);
}

Value scopedImport(Evaluator& ev, Value* args, Pos) {
  Value out;
  std::string path;
  if (!wantAttrs(ev, args[0], &out) || !wantSource(ev, args[1], &path, &out) || !exists(ev, &path, &out)) return out;
  return ev.evalScoped(path, args[0].attrs);
}

Value findFile(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantList(ev, args[0], &out) || !wantPlainString(ev, args[1], &out)) return out;
  const std::string_view wanted = args[1].string();
  for (Value entry : args[0].list()) {
    if (!wantAttrs(ev, entry, &out)) return out;
    Value prefix = Value::text(""), root;
    if (const Attr* attr = entry.attrs->find(ev.symbol("prefix"))) prefix = attr->value;
    if (!wantPlainString(ev, prefix, &out) || !wantAttr(ev, *entry.attrs, ev.symbol("path"), &root, &out)) return out;
    std::string path;
    if (!wantPath(ev, root, &path, &out)) return out;
    const std::string_view p = prefix.string();
    std::string_view rest = wanted;
    if (!p.empty()) {
      if (!wanted.starts_with(p) || (wanted.size() > p.size() && wanted[p.size()] != '/')) continue;
      rest.remove_prefix(std::min(wanted.size(), p.size() + 1));
    }
    if (!rest.empty()) path += "/" + std::string(rest);
    if (base::fileType(path) != base::FileType::Missing) return ev.path(path);
  }
  return ev.fail(ErrorKind::Throw, pos, "file '{}' was not found in the Nix search path (add it using $NIX_PATH or -I)", wanted);
}

constexpr PrimOp kPrims[] = {
    {"import", 1, importPrim, "the value of the expression in a file"},
    {"scopedImport", 2, scopedImport, "import with other names in scope"},
    {"findFile", 2, findFile, "a file of a search path"},
};

}  // namespace

std::span<const PrimOp> importPrims() { return kPrims; }

}  // namespace fleetd::lang
