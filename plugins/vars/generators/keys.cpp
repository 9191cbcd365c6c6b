// Key pairs of WireGuard, Tor, Nix and age.
#include <cstring>

#include <openssl/evp.h>
#include <sodium.h>

#include "plugins/vars/age/keys.hpp"
#include "plugins/vars/generators/builtin.hpp"

namespace fleetd::vars {

namespace {

std::string base32(age::View bytes) {
  std::string out;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    held = held << 8 | byte;
    for (bits += 8; bits >= 5;) {
      bits -= 5;
      out += "abcdefghijklmnopqrstuvwxyz234567"[held >> bits & 31];
    }
  }
  if (bits > 0) out += "abcdefghijklmnopqrstuvwxyz234567"[held << (5 - bits) & 31];
  return out;
}

// base64 of a secret, without a copy left behind.
fleet::Result<void> addSecretText(Outputs& out, const std::string& file, std::string_view before, age::View secret) {
  std::string text = std::string(before) + age::base64(secret, true);
  auto done = addOutput(out, file, text);
  sodium_memzero(text.data(), text.size());
  return done;
}

}  // namespace

fleet::Result<Outputs> makeWireguardKey(Parameters& parameters, const Inputs&, age::Random& random) {
  const std::string secretFile = parameters.text("private", "privatekey"),
                    publicFile = parameters.text("public", "publickey"), shared = parameters.text("preshared", "");
  FLEET_TRY(parameters.finish());
  FLEET_TRY_ASSIGN(auto key, SecretBytes::make(32));
  random.fill({key.data(), key.size()});
  key.data()[0] &= 248;
  key.data()[31] = static_cast<std::uint8_t>((key.data()[31] & 127) | 64);
  age::Key point;
  age::multiplyBase(key.data(), point.data());
  Outputs out;
  FLEET_TRY(addSecretText(out, secretFile, "", key.span()));
  FLEET_TRY(addOutput(out, publicFile, age::base64(point, true)));
  if (!shared.empty()) {
    random.fill({key.data(), key.size()});
    FLEET_TRY(addSecretText(out, shared, "", key.span()));
  }
  return out;
}

// rend-spec-v3 of Tor: the files of a HiddenServiceDir.
fleet::Result<Outputs> makeOnionService(Parameters& parameters, const Inputs&, age::Random& random) {
  const std::string keyFile = parameters.text("key", "hs_ed25519_secret_key"),
                    nameFile = parameters.text("hostname", "hostname"), publicFile = parameters.text("public", "");
  FLEET_TRY(parameters.finish());
  FLEET_TRY_ASSIGN(auto secrets, SecretBytes::make(32 + 64 + 64));  // seed, key pair, expanded key
  std::uint8_t* const seed = secrets.data();
  std::uint8_t* const pair = seed + 32;
  std::uint8_t* const expanded = pair + 64;
  random.fill({seed, 32});
  std::uint8_t publicKey[32];
  crypto_sign_ed25519_seed_keypair(publicKey, pair, seed);
  crypto_hash_sha512(expanded, seed, 32);
  expanded[0] &= 248;
  expanded[31] = static_cast<std::uint8_t>((expanded[31] & 63) | 64);
  constexpr std::string_view kHead("== ed25519v1-secret: type0 ==\0\0\0", 32);
  FLEET_TRY_ASSIGN(auto file, SecretBytes::make(96));
  std::memcpy(file.data(), kHead.data(), kHead.size());
  std::memcpy(file.data() + 32, expanded, 64);
  std::string checked(".onion checksum");
  checked.append(reinterpret_cast<const char*>(publicKey), sizeof publicKey);
  checked += '\x03';
  std::uint8_t digest[32];
  unsigned size = 0;
  if (EVP_Digest(checked.data(), checked.size(), digest, &size, EVP_sha3_256(), nullptr) != 1)
    return age::error("VARS12", "the cryptographic library has no SHA-3");
  age::Bytes address(publicKey, publicKey + 32);
  address.insert(address.end(), {digest[0], digest[1], 3});
  Outputs out;
  out.insert_or_assign(keyFile, std::move(file));
  FLEET_TRY(addOutput(out, nameFile, base32(address) + ".onion\n"));
  if (!publicFile.empty()) {
    std::string text("== ed25519v1-public: type0 ==\0\0\0", 32);
    text.append(reinterpret_cast<const char*>(publicKey), sizeof publicKey);
    FLEET_TRY(addOutput(out, publicFile, text));
  }
  return out;
}

// As nix-store --generate-binary-cache-key writes them.
fleet::Result<Outputs> makeNixKey(Parameters& parameters, const Inputs&, age::Random& random) {
  const std::string name = parameters.text("name", ""), secretFile = parameters.text("file", "key"),
                    publicFile = parameters.text("public", "pub");
  FLEET_TRY(parameters.finish());
  if (name.empty() || name.find_first_of(":\n ") != std::string::npos)
    return age::error("VARS10", "a signing key of Nix needs a name without blanks and colons", "set `name`");
  FLEET_TRY_ASSIGN(auto secrets, SecretBytes::make(32 + 64));
  random.fill({secrets.data(), 32});
  std::uint8_t publicKey[32];
  crypto_sign_ed25519_seed_keypair(publicKey, secrets.data() + 32, secrets.data());
  Outputs out;
  FLEET_TRY(addSecretText(out, secretFile, name + ":", secrets.span().subspan(32)));
  FLEET_TRY(addOutput(out, publicFile, name + ":" + age::base64(publicKey, true)));
  return out;
}

fleet::Result<Outputs> makeAgeKey(Parameters& parameters, const Inputs&, age::Random& random) {
  const std::string secretFile = parameters.text("file", "key"), publicFile = parameters.text("public", "pub");
  FLEET_TRY(parameters.finish());
  FLEET_TRY_ASSIGN(const auto identity, age::generateIdentity(random));
  FLEET_TRY_ASSIGN(auto text, age::identityText(identity));
  Outputs out;
  out.insert_or_assign(secretFile, std::move(text));
  FLEET_TRY(addOutput(out, publicFile, identity.recipient.text));
  return out;
}

}  // namespace fleetd::vars
