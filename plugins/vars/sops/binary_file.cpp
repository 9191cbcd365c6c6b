// Reading and writing sops' JSON.
#include "plugins/vars/sops/binary_file.hpp"

#include <openssl/sha.h>
#include <nlohmann/json.hpp>

#include "plugins/vars/sops/metadata.hpp"
#include "plugins/vars/sops/sealed_value.hpp"
#include "plugins/vars/sops/tree.hpp"

namespace fleetd::vars::sops {

namespace {

using Json = nlohmann::ordered_json;
constexpr std::string_view kPath = "data:";  // what the value is bound to
constexpr const char* kVersion = "3.10.2";   // whose format this is

fleet::Result<Node> parse(std::string_view text) {
  if (text.size() > kMaxFile) return malformed("it is too large");
  return readJson(text);
}

// SHA-512 of the content.
struct Hash {
  std::uint8_t bytes[SHA512_DIGEST_LENGTH];
  explicit Hash(age::View plain) { SHA512(plain.data(), plain.size(), bytes); }
};

}  // namespace

fleet::Result<std::string> encryptFile(age::View plain, std::span<const age::Recipient> recipients,
                                       std::string_view now, age::Random& random) {
  if (plain.size() > age::kMaxPlain) return age::error("AGE05", "the content is larger than 64 MiB");
  FLEET_TRY_ASSIGN(auto key, SecretBytes::make(32));
  random.fill({key.data(), key.size()});
  FLEET_TRY_ASSIGN(const auto keys, wrapDataKey(key.span(), recipients, random));
  FLEET_TRY_ASSIGN(const auto data, sealValue(key.span(), plain, kPath, random));
  FLEET_TRY_ASSIGN(const auto mac, sealValue(key.span(), age::view(upperHex(Hash(plain).bytes)), now, random));
  Json metadata = Json::object();
  for (const auto& [recipient, enc] : keys.age) metadata["age"].push_back(Json{{"recipient", recipient}, {"enc", enc}});
  metadata["lastmodified"] = now;
  metadata["mac"] = mac;
  for (const auto& [fingerprint, enc] : keys.pgp)
    metadata["pgp"].push_back(Json{{"created_at", now}, {"enc", enc}, {"fp", fingerprint}});
  metadata["version"] = kVersion;
  return Json{{"data", data}, {"sops", std::move(metadata)}}.dump(1, '\t') + "\n";
}

fleet::Result<SecretBytes> decryptFile(std::string_view text, std::span<const age::Identity> identities) {
  FLEET_TRY_ASSIGN(const auto file, parse(text));
  const std::string* data = file.textOf("data");
  if (!data) return malformed("it lacks `data`");
  FLEET_TRY_ASSIGN(const auto metadata, readMetadata(file));
  FLEET_TRY_ASSIGN(const auto key, dataKeyOf(metadata, identities));
  FLEET_TRY_ASSIGN(auto content, openValue(key.span(), *data, kPath));
  FLEET_TRY(checkMac(metadata, key.span(), Hash(content.span()).bytes));
  return content;
}

fleet::Result<std::vector<std::string>> recipientsOf(std::string_view text) {
  FLEET_TRY_ASSIGN(const auto file, parse(text));
  if (!file.textOf("data")) return malformed("it lacks `data`");
  FLEET_TRY_ASSIGN(const auto metadata, readMetadata(file));
  return metadata.recipients();
}

}  // namespace fleetd::vars::sops
