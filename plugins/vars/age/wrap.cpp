// The file key for one recipient: X25519, ssh-ed25519 and ssh-rsa stanzas.
#include <sodium.h>

#include "plugins/vars/age/keys.hpp"
#include "plugins/vars/age/ssh_rsa.hpp"

namespace fleetd::vars::age {

namespace {

constexpr std::string_view kX25519 = "age-encryption.org/v1/X25519", kSsh = "age-encryption.org/v1/ssh-ed25519";
constexpr std::uint8_t kZero[12] = {};

Bytes joined(View a, View b) {
  Bytes out(a.begin(), a.end());
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

std::string fingerprint(View wire) {
  std::uint8_t hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, wire.data(), wire.size());
  return base64(View(hash, 4), false);
}

fleet::Error wrong(std::string what) {
  return error("AGE04", "an age file has a garbled recipient: " + std::move(what));
}

// shared = scalar · point, and for ssh keys multiplied by a tweak of the key.
bool sharedSecret(const Recipient& recipient, const std::uint8_t scalar[32], const std::uint8_t point[32],
                  std::uint8_t out[32]) {
  if (!multiply(scalar, point, out)) return false;
  if (recipient.kind == KeyKind::X25519) return true;
  Key tweak;
  hkdf({}, recipient.wire, kSsh, tweak.data());
  Key first;
  std::copy(out, out + 32, first.begin());
  const bool fine = multiply(tweak.data(), first.data(), out);
  sodium_memzero(first.data(), first.size());
  return fine;
}

std::string_view labelOf(KeyKind kind) { return kind == KeyKind::X25519 ? kX25519 : kSsh; }

}  // namespace

fleet::Result<Stanza> wrap(const Recipient& recipient, View fileKey, Random& random) {
  if (recipient.kind == KeyKind::SshRsa) return wrapRsa(recipient, fileKey);
  FLEET_TRY_ASSIGN(auto secrets, SecretBytes::make(96));  // ephemeral scalar, shared secret, wrapping key
  std::uint8_t* const scalar = secrets.data();
  std::uint8_t* const shared = scalar + 32;
  std::uint8_t* const key = shared + 32;
  random.fill({scalar, 32});
  Key share;
  multiplyBase(scalar, share.data());
  if (!sharedSecret(recipient, scalar, recipient.point.data(), shared))
    return error("AGE02", "the recipient's key is a point of low order");
  hkdf(View(shared, 32), joined(share, recipient.point), labelOf(recipient.kind), key);
  Stanza out;
  if (recipient.kind == KeyKind::X25519)
    out.args = {"X25519", base64(share, false)};
  else
    out.args = {"ssh-ed25519", fingerprint(recipient.wire), base64(share, false)};
  out.body.resize(fileKey.size() + kTag);
  seal(key, kZero, fileKey, out.body.data());
  return out;
}

fleet::Result<bool> unwrap(const Identity& identity, const Stanza& stanza, std::uint8_t fileKey[kFileKey]) {
  if (identity.kind == KeyKind::SshRsa) {
    if (stanza.args.front() != "ssh-rsa") return false;
    if (stanza.args.size() != 2) return wrong("a wrong number of words");
    return stanza.args[1] == fingerprint(identity.recipient.wire) ? unwrapRsa(identity, stanza.body, fileKey)
                                                                  : fleet::Result<bool>(false);
  }
  const bool ssh = identity.kind == KeyKind::SshEd25519;
  if (stanza.args.front() != (ssh ? "ssh-ed25519" : "X25519")) return false;
  if (stanza.args.size() != (ssh ? 3u : 2u)) return wrong("a wrong number of words");
  if (ssh && stanza.args[1] != fingerprint(identity.recipient.wire)) return false;
  const auto share = fromBase64(stanza.args.back(), false);
  if (!share || share->size() != 32) return wrong("its share has a wrong length");
  if (stanza.body.size() != kFileKey + kTag) return wrong("its key has a wrong length");
  FLEET_TRY_ASSIGN(auto secrets, SecretBytes::make(64));
  std::uint8_t* const shared = secrets.data();
  std::uint8_t* const key = shared + 32;
  if (!sharedSecret(identity.recipient, identity.scalar.data(), share->data(), shared))
    return wrong("its share is a point of low order");
  hkdf(View(shared, 32), joined(*share, identity.recipient.point), labelOf(identity.kind), key);
  return open(key, kZero, stanza.body, fileKey);
}

}  // namespace fleetd::vars::age
