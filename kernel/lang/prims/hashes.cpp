// Builtins on hashes: hashString, hashFile, convertHash.
#include "kernel/base/file.hpp"
#include "kernel/base/hash.hpp"
#include "kernel/lang/prims/support.hpp"
#include "kernel/lang/source_path.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

Value hashOf(Evaluator& ev, Value algoName, std::string_view bytes) {
  const auto algo = base::hashFromName(algoName.string());
  if (!algo) return ev.fail(ErrorKind::Value, 0, "unknown hash algorithm '{}', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'", algoName.string());
  auto digest = base::digest(*algo, bytes);
  if (!digest) return ev.failText(ErrorKind::Value, 0, digest.error().message);
  return ev.string(base::formatHash({*algo, *digest}, base::HashFormat::Base16));
}

Value hashString(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantPlainString(ev, args[0], &out) || !wantString(ev, args[1], &out)) return out;
  return hashOf(ev, args[0], args[1].string());
}

Value hashFile(Evaluator& ev, Value* args, Pos) {
  Value out;
  std::string path;
  if (!wantPlainString(ev, args[0], &out) || !wantPath(ev, args[1], &path, &out)) return out;
  auto bytes = base::readFile(path);
  if (!bytes) return ev.failText(ErrorKind::File, 0, bytes.error().message);
  return hashOf(ev, args[0], *bytes);
}

Value convertHash(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantAttrs(ev, args[0], &out)) return out;
  const Bindings& set = *args[0].attrs;
  Value hash, to;
  if (!wantAttr(ev, set, ev.symbol("hash"), &hash, &out) || !wantPlainString(ev, hash, &out)) return out;
  std::optional<base::HashAlgo> algo;
  if (const Attr* attr = set.find(ev.symbol("hashAlgo"))) {
    Value name = attr->value;
    if (!wantPlainString(ev, name, &out)) return out;
    algo = base::hashFromName(name.string());
    if (!algo) return ev.fail(ErrorKind::Value, 0, "unknown hash algorithm '{}'", name.string());
  }
  if (!wantAttr(ev, set, ev.symbol("toHashFormat"), &to, &out) || !wantPlainString(ev, to, &out)) return out;
  const auto parsed = base::parseHash(hash.string(), algo);
  if (!parsed) return ev.fail(ErrorKind::Value, 0, "hash '{}' is not valid", hash.string());
  const std::string_view format = to.string();
  if (format == "base16") return ev.string(base::formatHash(*parsed, base::HashFormat::Base16));
  if (format == "nix32" || format == "base32") return ev.string(base::formatHash(*parsed, base::HashFormat::Nix32));
  if (format == "base64") return ev.string(base::formatHash(*parsed, base::HashFormat::Base64));
  if (format == "sri") return ev.string(base::formatHash(*parsed, base::HashFormat::Sri));
  return ev.fail(ErrorKind::Value, 0, "unknown hash format '{}', expect 'base16', 'base32', 'base64', or 'sri'", format);
}

constexpr PrimOp kPrims[] = {
    {"hashString", 2, hashString, "the hash of a string in base 16"},
    {"hashFile", 2, hashFile, "the hash of a file in base 16"},
    {"convertHash", 1, convertHash, "a hash in another spelling"},
};

}  // namespace

std::span<const PrimOp> hashPrims() { return kPrims; }

}  // namespace fleetd::lang
