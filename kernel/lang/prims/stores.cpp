// Builtins about the store: toFile toPath storePath placeholder path filterSource outputOf. Paths that depend on file
// contents stay unknown.
#include "kernel/base/encoding.hpp"
#include "kernel/base/hash.hpp"
#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

constexpr std::string_view kStore = "/nix/store";
constexpr std::size_t kPathHash = 20;  // bytes of a store path's hash

std::string sha256(std::string_view bytes) { return base::digest(base::HashAlgo::Sha256, bytes); }

// The path of an object whose content has this hash.
std::string storePathOf(std::string_view type, std::string_view content, std::string_view name) {
  const std::string outer =
      sha256(fmt::format("{}:sha256:{}:{}:{}", type, base::toBase16(sha256(content)), kStore, name));
  std::string folded(kPathHash, '\0');
  for (std::size_t i = 0; i < outer.size(); ++i)
    folded[i % kPathHash] = static_cast<char>(folded[i % kPathHash] ^ outer[i]);
  return fmt::format("{}/{}-{}", kStore, base::toNix32(folded), name);
}

bool isStoreName(std::string_view name) {
  if (name.empty() || name.size() > 211 || name.front() == '.') return false;
  for (char c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
          std::string_view("+-._?=").find(c) != std::string_view::npos))
      return false;
  return true;
}

Value withReference(Evaluator& ev, std::string_view text, std::string_view path) {
  const std::string_view element = ev.arena().copy(path);
  const auto* context =
      ev.arena().make<StringContext>(StringContext{ev.arena().copy(std::span<const std::string_view>(&element, 1))});
  return ev.stringWithContext(text, context);
}

Value toFile(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantPlainString(ev, args[0], &out) || !wantString(ev, args[1], &out)) return out;
  const std::string_view name = args[0].string();
  if (!isStoreName(name)) return ev.fail(ErrorKind::Value, 0, "name '{}' is not valid for a store path", name);
  std::string type = "text";
  if (const StringContext* context = ev.contextOf(args[1]))
    for (std::string_view element : context->elements) {
      if (element.starts_with('!') || element.starts_with('='))
        return ev.fail(ErrorKind::Value, 0,
                       "files created by 'toFile' may not reference derivations, but '{}' references '{}'", name,
                       element);
      (type += ':') += element;
    }
  const std::string path = storePathOf(type, args[1].string(), name);
  return withReference(ev, path, path);
}

Value storePath(Evaluator& ev, Value* args, Pos) {
  Value out;
  std::string path;
  if (!wantPath(ev, args[0], &path, &out)) return out;
  const std::size_t begin = kStore.size() + 1;
  if (!path.starts_with(kStore) || path.size() <= begin || path[begin - 1] != '/')
    return ev.fail(ErrorKind::File, 0, "path '{}' is not in the Nix store", path);
  return withReference(ev, path, path.substr(0, path.find('/', begin)));
}

Value placeholder(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantPlainString(ev, args[0], &out)) return out;
  return ev.string("/" + base::toNix32(sha256(fmt::format("nix-output:{}", args[0].string()))));
}

// The result depends on the contents of the files, on a filter and on what is ignored: left to Nix. An argument of the
// wrong kind is an error all the same.
Value pathPrim(Evaluator& ev, Value* args, Pos) {
  Value out, path;
  if (!wantAttrs(ev, args[0], &out) || !wantAttr(ev, *args[0].attrs, ev.symbol("path"), &path, &out)) return out;
  return Value::stuck();
}

Value filterSource(Evaluator& ev, Value* args, Pos) {
  Value out;
  std::string path;
  if (!wantPath(ev, args[1], &path, &out)) return out;
  const Value filter = ev.force(args[0]);
  if (filter.isError() || filter.isUnknown()) return filter.isError() ? filter : Value::stuck();
  return filter.isFunction() || filter.is(Tag::Attrs) ? Value::stuck() : ev.typeError("a function", filter, 0);
}

Value outputOf(Evaluator& ev, Value* args, Pos) {
  Value out;
  return wantString(ev, args[0], &out) && wantPlainString(ev, args[1], &out) ? Value::stuck() : out;
}

Value toPath(Evaluator& ev, Value* args, Pos) {
  Value out;
  std::string path;
  if (!wantPath(ev, args[0], &path, &out)) return out;
  return ev.string(path);
}

constexpr PrimOp kPrims[] = {
    {"toFile", 2, toFile, "the store path of a file with a given text"},
    {"storePath", 1, storePath, "a store path as a dependency"},
    {"placeholder", 1, placeholder, "what stands for the path of an output inside its own derivation"},
    {"path", 1, pathPrim, "the store path of a source"},
    {"filterSource", 2, filterSource, "the store path of a filtered source"},
    {"toPath", 1, toPath, "an absolute path as a string, normalised"},
    {"outputOf", 2, outputOf, "an output of a derivation that is computed"},
};

}  // namespace

std::span<const PrimOp> storePrims() { return kPrims; }

}  // namespace fleetd::lang
