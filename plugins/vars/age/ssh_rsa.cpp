// RSA is OpenSSL's.
#include "plugins/vars/age/ssh_rsa.hpp"

#include <memory>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include "plugins/vars/age/ssh_wire.hpp"

namespace fleetd::vars::age {

namespace {

constexpr std::string_view kType = "ssh-rsa", kLabel = "age-encryption.org/v1/ssh-rsa";
constexpr int kLeastBits = 2048, kMostBits = 16384;

using Number = std::unique_ptr<BIGNUM, decltype(&BN_clear_free)>;
using PKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)>;

Number numberOf(View bytes) {
  return {BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr), BN_clear_free};
}

struct Fields {
  View n, e, d, inverse, p, q;  // the last four only of a private key
};

bool isUsable(View n, View e) {
  if (n.size() > kMostBits / 8 + 1 || e.size() > 8) return false;
  const Number modulus = numberOf(n), exponent = numberOf(e);
  return modulus && exponent && BN_num_bits(modulus.get()) >= kLeastBits && BN_is_odd(modulus.get()) &&
         BN_is_odd(exponent.get()) && !BN_is_one(exponent.get());
}

bool readPublic(View wire, Fields& out) {
  Wire in(wire);
  return in.is(kType) && in.string(out.e) && in.string(out.n) && in.done();
}
bool readPrivate(View fields, Fields& out) {
  Wire in(fields);
  if (!in.string(out.n) || !in.string(out.e) || !in.string(out.d) || !in.string(out.inverse) || !in.string(out.p) ||
      !in.string(out.q))
    return false;
  for (const View part : {out.d, out.inverse, out.p, out.q})
    if (part.size() > kMostBits / 8 + 1) return false;
  return true;
}

// The key for OpenSSL; null when its numbers make none.
PKey keyOf(const Fields& fields) {
  PKey none(nullptr, EVP_PKEY_free);
  const bool isPrivate = !fields.d.empty();
  const Builder builder(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free);
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), EVP_PKEY_CTX_free);
  const Number n = numberOf(fields.n), e = numberOf(fields.e), d = numberOf(fields.d);
  if (!builder || !context || !n || !e || !d || EVP_PKEY_fromdata_init(context.get()) != 1) return none;
  bool fine = OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
              OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1;
  if (isPrivate) fine = fine && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_D, d.get()) == 1;
  if (!fine) return none;
  OSSL_PARAM* parameters = OSSL_PARAM_BLD_to_param(builder.get());
  EVP_PKEY* key = nullptr;
  const int made = parameters ? EVP_PKEY_fromdata(context.get(), &key,
                                                  isPrivate ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, parameters)
                              : 0;
  OSSL_PARAM_free(parameters);
  return made == 1 ? PKey(key, EVP_PKEY_free) : std::move(none);
}

// RSA-OAEP, SHA-256 for both hashes, with age's label.
bool setOaep(EVP_PKEY_CTX* context) {
  void* label = OPENSSL_memdup(kLabel.data(), kLabel.size());
  if (label && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
      EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) > 0 &&
      EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) > 0 &&
      EVP_PKEY_CTX_set0_rsa_oaep_label(context, label, static_cast<int>(kLabel.size())) > 0)
    return true;  // and the label is the context's
  OPENSSL_free(label);
  return false;
}

std::string fingerprint(View wire) {
  std::uint8_t hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, wire.data(), wire.size());
  return base64(View(hash, 4), false);
}

void append(Bytes& out, View field) {
  const auto size = static_cast<std::uint32_t>(field.size());
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(size >> shift));
  out.insert(out.end(), field.begin(), field.end());
}

}  // namespace

fleet::Result<Recipient> rsaRecipient(View wire) {
  Fields fields;
  if (!readPublic(wire, fields)) return error("AGE02", "the ssh-rsa key is garbled");
  if (!isUsable(fields.n, fields.e))
    return error("AGE02", "the ssh-rsa key has fewer than 2048 bits, or is none", "make a larger one, or an age key");
  Recipient out;
  out.kind = KeyKind::SshRsa;
  out.wire.assign(wire.begin(), wire.end());
  out.text = std::string(kType) + " " + base64(wire, true);
  return out;
}

fleet::Result<Identity> rsaIdentity(View part) {
  Fields fields;
  if (!readPrivate(part, fields)) return error("AGE03", "the ssh key is garbled");
  Bytes wire;
  append(wire, view(kType));
  append(wire, fields.e);
  append(wire, fields.n);
  Identity out;
  out.kind = KeyKind::SshRsa;
  auto recipient = rsaRecipient(wire);
  if (!recipient) return error("AGE03", recipient.error().message, recipient.error().hint);
  out.recipient = *std::move(recipient);
  FLEET_TRY_ASSIGN(out.scalar, SecretBytes::copy(part));
  return out;
}

fleet::Result<Stanza> wrapRsa(const Recipient& recipient, View fileKey) {
  Fields fields;
  if (!readPublic(recipient.wire, fields)) return error("AGE02", "the ssh-rsa key is garbled");
  const PKey key = keyOf(fields);
  const Context context(key ? EVP_PKEY_CTX_new(key.get(), nullptr) : nullptr, EVP_PKEY_CTX_free);
  std::size_t size = 0;
  Stanza out{{std::string(kType), fingerprint(recipient.wire)}, {}};
  if (!context || EVP_PKEY_encrypt_init(context.get()) != 1 || !setOaep(context.get()) ||
      EVP_PKEY_encrypt(context.get(), nullptr, &size, fileKey.data(), fileKey.size()) != 1)
    return error("AGE02", "the ssh-rsa key cannot encrypt");
  out.body.resize(size);
  if (EVP_PKEY_encrypt(context.get(), out.body.data(), &size, fileKey.data(), fileKey.size()) != 1)
    return error("AGE02", "the ssh-rsa key cannot encrypt");
  out.body.resize(size);
  return out;
}

fleet::Result<bool> unwrapRsa(const Identity& identity, View body, std::uint8_t fileKey[kFileKey]) {
  Fields fields;
  if (!readPrivate(identity.scalar.span(), fields)) return error("AGE03", "the ssh key is garbled");
  const PKey key = keyOf(fields);
  const Context context(key ? EVP_PKEY_CTX_new(key.get(), nullptr) : nullptr, EVP_PKEY_CTX_free);
  if (!context || EVP_PKEY_decrypt_init(context.get()) != 1 || !setOaep(context.get()))
    return error("AGE03", "the ssh key makes no sense");
  std::size_t size = 0;
  if (EVP_PKEY_decrypt(context.get(), nullptr, &size, body.data(), body.size()) != 1) return false;
  FLEET_TRY_ASSIGN(auto plain, SecretBytes::make(size));
  if (EVP_PKEY_decrypt(context.get(), plain.data(), &size, body.data(), body.size()) != 1 || size != kFileKey)
    return false;
  std::memcpy(fileKey, plain.data(), kFileKey);
  return true;
}

}  // namespace fleetd::vars::age
