// Builtins on hashes: hashString hashFile convertHash.
#include "kernel/base/file.hpp"
#include "kernel/base/hash.hpp"
#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

bool wantAlgorithm(Evaluator& ev, Value& v, base::HashAlgo* algo, Value* out) {
  if (!wantPlainString(ev, v, out)) return false;
  if (const auto named = base::hashFromName(v.string())) {
    *algo = *named;
    return true;
  }
  *out =
      v.string() == "blake3"
          ? ev.failText(ErrorKind::Value, 0, "experimental Nix feature 'blake3-hashes' is disabled",
                        "use sha256 or sha512")
          : ev.fail(ErrorKind::Value, 0,
                    "unknown hash algorithm '{}', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'", v.string());
  return false;
}

Value hashOf(Evaluator& ev, base::HashAlgo algo, std::string_view bytes) {
  return ev.string(base::formatHash({algo, base::digest(algo, bytes)}, base::HashFormat::Base16));
}

Value hashString(Evaluator& ev, Value* args, Pos) {
  Value out;
  base::HashAlgo algo{};
  if (!wantAlgorithm(ev, args[0], &algo, &out) || !wantString(ev, args[1], &out)) return out;
  return hashOf(ev, algo, args[1].string());
}

Value hashFile(Evaluator& ev, Value* args, Pos) {
  Value out;
  base::HashAlgo algo{};
  std::string path;
  if (!wantAlgorithm(ev, args[0], &algo, &out) || !wantSource(ev, args[1], &path, &out)) return out;
  const auto text = readForBuiltin(ev, path, &out);
  return text ? hashOf(ev, algo, *text) : out;
}

std::optional<base::HashFormat> formatOf(std::string_view name) {
  if (name == "base16") return base::HashFormat::Base16;
  if (name == "nix32" || name == "base32") return base::HashFormat::Nix32;
  if (name == "base64") return base::HashFormat::Base64;
  if (name == "sri") return base::HashFormat::Sri;
  return std::nullopt;
}

Value convertHash(Evaluator& ev, Value* args, Pos) {
  Value out, hash, format, algorithm;
  if (!wantAttrs(ev, args[0], &out)) return out;
  const Bindings& set = *args[0].attrs;
  if (!wantAttr(ev, set, ev.symbol("hash"), &hash, &out) || !wantPlainString(ev, hash, &out)) return out;
  std::optional<base::HashAlgo> assumed;
  if (const Attr* attr = set.find(ev.symbol("hashAlgo"))) {
    algorithm = attr->value;
    base::HashAlgo algo{};
    if (!wantAlgorithm(ev, algorithm, &algo, &out)) return out;
    assumed = algo;
  }
  if (!wantAttr(ev, set, ev.symbol("toHashFormat"), &format, &out) || !wantPlainString(ev, format, &out)) return out;
  const auto wanted = formatOf(format.string());
  if (!wanted)
    return ev.fail(ErrorKind::Value, 0, "unknown hash format '{}', expect 'base16', 'base32', 'base64', or 'sri'",
                   format.string());
  const auto parsed = base::parseHash(hash.string(), assumed);
  if (parsed) return ev.string(base::formatHash(*parsed, *wanted));
  if (!assumed && hash.string().find_first_of(":-") == std::string_view::npos)
    return ev.fail(ErrorKind::Value, 0,
                   "hash '{}' does not include a type, nor is the type otherwise known from context", hash.string());
  return ev.fail(ErrorKind::Value, 0, "hash '{}' has wrong length for hash algorithm '{}'", hash.string(),
                 assumed ? base::hashName(*assumed) : "of its prefix");
}

constexpr PrimOp kPrims[] = {
    {"hashString", 2, hashString, "the hash of a string in base 16"},
    {"hashFile", 2, hashFile, "the hash of a file in base 16"},
    {"convertHash", 1, convertHash, "a hash in another notation"},
};

}  // namespace

std::span<const PrimOp> hashPrims() { return kPrims; }

}  // namespace fleetd::lang
