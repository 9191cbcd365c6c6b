// scrypt is libsodium's.
#include "plugins/vars/age/passphrase.hpp"

#include <algorithm>

#include <sodium.h>

#include "plugins/vars/age/payload.hpp"

namespace fleetd::vars::age {

namespace {

constexpr std::string_view kLabel = "age-encryption.org/v1/scrypt", kType = "scrypt";
constexpr std::size_t kSalt = 16;
constexpr unsigned kMostWork = 22;  // as age: 4 GiB
constexpr std::uint8_t kZero[12] = {};

fleet::Result<void> derive(View passphrase, View salt, unsigned work, std::uint8_t out[32]) {
  Bytes labelled(kLabel.begin(), kLabel.end());
  labelled.insert(labelled.end(), salt.begin(), salt.end());
  if (crypto_pwhash_scryptsalsa208sha256_ll(passphrase.data(), passphrase.size(), labelled.data(), labelled.size(),
                                            std::uint64_t{1} << work, 8, 1, out, 32) != 0)
    return error("AGE09", "there is not enough memory to try the passphrase",
                 "it takes " + std::to_string((std::size_t{1} << work) / 1024) + " MiB");
  return {};
}

// "18": no sign, no leading zero.
std::optional<unsigned> workOf(std::string_view text) {
  if (text.empty() || text.size() > 2 || text.front() == '0') return std::nullopt;
  unsigned out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    out = out * 10 + static_cast<unsigned>(c - '0');
  }
  return out;
}

}  // namespace

bool wantsPassphrase(std::string_view file) {
  if (file.starts_with("-----BEGIN AGE")) {
    const auto binary = unarmor(file);
    return binary && wantsPassphrase(*binary);
  }
  const auto header = parseHeader(file);
  return header && header->stanzas.size() == 1 && header->stanzas.front().args.front() == kType;
}

fleet::Result<SecretBytes> decryptWithPassphrase(std::string_view file, View passphrase) {
  if (file.starts_with("-----BEGIN")) {
    FLEET_TRY_ASSIGN(const auto binary, unarmor(file));
    return decryptWithPassphrase(binary, passphrase);
  }
  FLEET_TRY_ASSIGN(const auto header, parseHeader(file));
  const Stanza& stanza = header.stanzas.front();
  if (header.stanzas.size() != 1 || stanza.args.front() != kType)
    return error("AGE06", "it is not encrypted with a passphrase");
  const auto garbled = [](const std::string& what) {
    return error("AGE04", "the part for the passphrase is garbled: " + what);
  };
  if (stanza.args.size() != 3) return garbled("a wrong number of words");
  const auto salt = fromBase64(stanza.args[1], false);
  if (!salt || salt->size() != kSalt) return garbled("its salt has a wrong length");
  const auto work = workOf(stanza.args[2]);
  if (!work) return garbled("its work factor is no number");
  if (*work > kMostWork) return error("AGE09", "the file asks for more work than 2^22 to try a passphrase");
  if (stanza.body.size() != kFileKey + kTag) return garbled("its key has a wrong length");
  FLEET_TRY_ASSIGN(auto secrets, SecretBytes::make(32 + kFileKey));
  std::uint8_t* const key = secrets.data();
  FLEET_TRY(derive(passphrase, *salt, *work, key));
  if (!open(key, kZero, stanza.body, key + 32)) return error("AGE06", "the passphrase is not the right one");
  return openPayload(file, header, View(key + 32, kFileKey));
}

fleet::Result<std::string> encryptWithPassphrase(View plain, View passphrase, unsigned work, Random& random) {
  if (work == 0 || work > kMostWork) return error("AGE09", "the work factor has to be between 1 and 22");
  FLEET_TRY_ASSIGN(auto secrets, SecretBytes::make(32 + kFileKey));
  std::uint8_t* const key = secrets.data();
  std::uint8_t* const fileKey = key + 32;
  random.fill({fileKey, kFileKey});
  std::uint8_t salt[kSalt];
  random.fill(salt);
  FLEET_TRY(derive(passphrase, salt, work, key));
  Stanza stanza{{std::string(kType), base64(salt, false), std::to_string(work)}, Bytes(kFileKey + kTag)};
  seal(key, kZero, View(fileKey, kFileKey), stanza.body.data());
  return sealPayload({std::move(stanza)}, plain, View(fileKey, kFileKey), random);
}

}  // namespace fleetd::vars::age
