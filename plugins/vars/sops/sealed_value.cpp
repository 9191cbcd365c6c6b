// AES-256-GCM with OpenSSL: libsodium's has no nonces of 32 bytes.
#include "plugins/vars/sops/sealed_value.hpp"

#include <memory>

#include <openssl/evp.h>

namespace fleetd::vars::sops {

namespace {

constexpr std::size_t kIv = 32, kTag = 16, kLongestIv = 1024;
constexpr std::string_view kBegin = "ENC[AES256_GCM,data:";

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
Cipher newCipher() { return {EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free}; }

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

fleet::Error garbled() { return age::error("SOPS02", "a value is not in the form sops writes"); }

// "…,iv:…": the text up to `next`, which is taken off with it.
std::optional<std::string_view> upTo(std::string_view& rest, std::string_view next) {
  const std::size_t at = rest.find(next);
  if (at == std::string_view::npos) return std::nullopt;
  const auto out = rest.substr(0, at);
  rest.remove_prefix(at + next.size());
  return out;
}

}  // namespace

fleet::Result<std::string> sealValue(age::View key, age::View plain, std::string_view bound, age::Random& random) {
  if (plain.empty()) return std::string();
  std::uint8_t iv[kIv], tag[kTag];
  random.fill(iv);
  age::Bytes out(plain.size());
  const Cipher cipher = newCipher();
  int size = 0;
  const bool fine =
      cipher && EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, nullptr, nullptr) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_IVLEN, kIv, nullptr) == 1 &&
      EVP_EncryptInit_ex(cipher.get(), nullptr, nullptr, key.data(), iv) == 1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &size, bytes(bound), static_cast<int>(bound.size())) == 1 &&
      EVP_EncryptUpdate(cipher.get(), out.data(), &size, plain.data(), static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(cipher.get(), out.data() + size, &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, kTag, tag) == 1;
  if (!fine) return age::error("SOPS01", "the cryptographic library refused to encrypt");
  return std::string(kBegin) + age::base64(out, true) + ",iv:" + age::base64(iv, true) +
         ",tag:" + age::base64(tag, true) + ",type:str]";
}

fleet::Result<SecretBytes> openValue(age::View key, std::string_view sealed, std::string_view bound) {
  if (sealed.empty()) return SecretBytes::make(0);
  if (!sealed.starts_with(kBegin) || !sealed.ends_with(']')) return garbled();
  std::string_view rest = sealed.substr(kBegin.size(), sealed.size() - kBegin.size() - 1);
  const auto dataText = upTo(rest, ",iv:"), ivText = upTo(rest, ",tag:"), tagText = upTo(rest, ",type:");
  if (!dataText || !ivText || !tagText) return garbled();
  const auto data = age::fromBase64(*dataText, true), iv = age::fromBase64(*ivText, true);
  auto tag = age::fromBase64(*tagText, true);
  if (!data || !iv || !tag || iv->empty() || iv->size() > kLongestIv || tag->size() != kTag) return garbled();
  FLEET_TRY_ASSIGN(auto out, SecretBytes::make(data->size()));
  const Cipher cipher = newCipher();
  int size = 0, more = 0;
  const bool fine =
      cipher && EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, nullptr, nullptr) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(iv->size()), nullptr) == 1 &&
      EVP_DecryptInit_ex(cipher.get(), nullptr, nullptr, key.data(), iv->data()) == 1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &size, bytes(bound), static_cast<int>(bound.size())) == 1 &&
      EVP_DecryptUpdate(cipher.get(), out.data(), &size, data->data(), static_cast<int>(data->size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, kTag, tag->data()) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), out.data() + size, &more) == 1;
  if (!fine)
    return age::error("SOPS03", "a value was changed, or belongs somewhere else",
                      "restore the file from the repository");
  return out;
}

}  // namespace fleetd::vars::sops
