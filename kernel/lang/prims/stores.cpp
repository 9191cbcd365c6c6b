// Builtins that name things in the Nix store: the paths themselves are Nix's to make, so most of them are unknown here.
#include "kernel/base/file.hpp"
#include "kernel/base/hash.hpp"
#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

Value toFile(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantPlainString(ev, args[0], &out) || !wantString(ev, args[1], &out)) return out;
  return Value::stuck();
}

Value pathPrim(Evaluator& ev, Value* args, Pos) {
  Value out;
  Value path;
  if (!wantAttrs(ev, args[0], &out) || !wantAttr(ev, *args[0].attrs, ev.symbol("path"), &path, &out)) return out;
  return Value::stuck();
}

Value filterSource(Evaluator&, Value*, Pos) { return Value::stuck(); }

Value storePath(Evaluator& ev, Value* args, Pos) {
  Value out;
  std::string path;
  if (!wantPath(ev, args[0], &path, &out)) return out;
  if (!path.starts_with("/nix/store/")) return ev.fail(ErrorKind::Value, 0, "path '{}' is not in the Nix store", path);
  const std::string_view one = ev.arena().copy(std::string_view(path));
  const auto* context = ev.arena().make<StringContext>(StringContext{ev.arena().copy(std::span<const std::string_view>(&one, 1))});
  return ev.stringWithContext(path, context);
}

// "/" and the base-32 hash of "nix-output:<name>", as Nix spells it.
Value placeholder(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantPlainString(ev, args[0], &out)) return out;
  auto digest = base::digest(base::HashAlgo::Sha256, fmt::format("nix-output:{}", args[0].string()));
  if (!digest) return ev.failText(ErrorKind::Value, 0, digest.error().message);
  return ev.string("/" + base::formatHash({base::HashAlgo::Sha256, *digest}, base::HashFormat::Nix32));
}

Value toPath(Evaluator& ev, Value* args, Pos) {
  Value out;
  std::string path;
  if (!wantPath(ev, args[0], &path, &out)) return out;
  return ev.string(path);
}

Value outputOf(Evaluator&, Value*, Pos) { return Value::stuck(); }

constexpr PrimOp kPrims[] = {
    {"toFile", 2, toFile, "a file in the store with a content"},
    {"path", 1, pathPrim, "a copy of a path in the store"},
    {"filterSource", 2, filterSource, "a copy of a part of a directory in the store"},
    {"storePath", 1, storePath, "a path that is in the store already"},
    {"placeholder", 1, placeholder, "what stands for an output before it is built"},
    {"toPath", 1, toPath, "an absolute path as a string"},
    {"outputOf", 2, outputOf, "an output of a derivation that is not known yet"},
};

}  // namespace

std::span<const PrimOp> storePrims() { return kPrims; }

}  // namespace fleetd::lang
