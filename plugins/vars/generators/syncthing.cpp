// syncthing-device: the certificate a device is known by, its key, its id and a key of its own interface.
#include <memory>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "plugins/vars/generators/builtin.hpp"

namespace fleetd::vars {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr long kTwentyYears = 20L * 365 * 24 * 3600;  // seconds

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Bio = std::unique_ptr<BIO, int (*)(BIO*)>;

fleet::Error failed() { return age::error("VARS12", "the cryptographic library could not make a certificate"); }

// Luhn's check over groups of 13 characters, in base 32 (https://docs.syncthing.net/dev/device-ids).
char checkOf(std::string_view group) {
  unsigned factor = 1, sum = 0;
  for (const char c : group) {
    const unsigned value = factor * static_cast<unsigned>(kAlphabet.find(c));
    sum += value / 32 + value % 32;
    factor = factor == 2 ? 1 : 2;
  }
  return kAlphabet[(32 - sum % 32) % 32];
}

// The hash of the certificate in base 32, with checks, in groups of seven.
fleet::Result<std::string> deviceId(X509* certificate) {
  std::uint8_t hash[32];
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), hash, &size) != 1 || size != sizeof hash) return failed();
  std::string digits;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : hash) {
    held = held << 8 | byte;
    for (bits += 8; bits >= 5;) {
      bits -= 5;
      digits += kAlphabet[held >> bits & 31];
    }
  }
  digits += kAlphabet[held << (5 - bits) & 31];  // 256 bits are 51 digits and one bit
  std::string checked, out;
  for (std::size_t at = 0; at < digits.size(); at += 13) {
    const std::string group = digits.substr(at, 13);
    checked += group + checkOf(group);
  }
  for (std::size_t at = 0; at < checked.size(); at += 7) out += (at == 0 ? "" : "-") + checked.substr(at, 7);
  return out;
}

fleet::Result<Certificate> selfSigned(EVP_PKEY* key, age::Random& random) {
  Certificate out(X509_new(), X509_free);
  std::uint64_t serial = 0;
  random.fill({reinterpret_cast<std::uint8_t*>(&serial), sizeof serial});
  X509_NAME* name = out ? X509_get_subject_name(out.get()) : nullptr;
  const auto* common = reinterpret_cast<const unsigned char*>("syncthing");
  const bool fine = name && X509_set_version(out.get(), X509_VERSION_3) == 1 &&
                    ASN1_INTEGER_set_uint64(X509_get_serialNumber(out.get()), serial >> 1) == 1 &&
                    X509_gmtime_adj(X509_getm_notBefore(out.get()), 0) &&
                    X509_gmtime_adj(X509_getm_notAfter(out.get()), kTwentyYears) &&
                    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0) == 1 &&
                    X509_set_issuer_name(out.get(), name) == 1 && X509_set_pubkey(out.get(), key) == 1 &&
                    X509_sign(out.get(), key, EVP_sha256()) > 0;
  if (!fine) return failed();
  return out;
}

}  // namespace

fleet::Result<Outputs> makeSyncthingDevice(Parameters& parameters, const Inputs&, age::Random& random) {
  FLEET_TRY(parameters.finish());
  const Key key(EVP_EC_gen("P-384"), EVP_PKEY_free);
  if (!key) return failed();
  FLEET_TRY_ASSIGN(const auto certificate, selfSigned(key.get(), random));
  const Bio secret(BIO_new(BIO_s_secmem()), BIO_free), open(BIO_new(BIO_s_mem()), BIO_free);
  if (!secret || !open ||
      PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
      PEM_write_bio_X509(open.get(), certificate.get()) != 1)
    return failed();
  Outputs out;
  char* text = nullptr;
  long size = BIO_get_mem_data(secret.get(), &text);
  FLEET_TRY(addOutput(out, "key", {text, static_cast<std::size_t>(size)}));
  size = BIO_get_mem_data(open.get(), &text);
  FLEET_TRY(addOutput(out, "cert", {text, static_cast<std::size_t>(size)}));
  FLEET_TRY_ASSIGN(const auto id, deviceId(certificate.get()));
  FLEET_TRY(addOutput(out, "id", id));
  const fleet::Value api = fleet::Attrs{{"file", "api"}, {"generator", "random"}};
  FLEET_TRY_ASSIGN(auto more, generateBuiltin(api, {}, random));
  out.insert_or_assign("api", std::move(more.at("api")));
  return out;
}

}  // namespace fleetd::vars
