// Reading and writing sops' JSON.
#include "plugins/vars/sops/binary_file.hpp"

#include <algorithm>

#include <openssl/sha.h>
#include <sodium.h>
#include <nlohmann/json.hpp>

#include "plugins/vars/sops/sealed_value.hpp"

namespace fleetd::vars::sops {

namespace {

using Json = nlohmann::ordered_json;
constexpr std::string_view kPath = "data:";  // what the value is bound to
constexpr const char* kVersion = "3.10.2";   // whose format this is

fleet::Error malformed(std::string what) { return age::error("SOPS02", "not a file of sops: " + std::move(what)); }

// A member that is a text; null when it is not there or something else.
const std::string* textOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get_ptr<const std::string*>() : nullptr;
}

struct Parsed {
  std::string data, mac, lastmodified;
  std::vector<std::pair<std::string, std::string>> age;  // recipient, enc
  bool others = false;                                   // keys that are no age keys
};

bool isEmpty(const Json& metadata, const char* name) {
  const auto found = metadata.find(name);
  return found == metadata.end() || found->is_null() || (found->is_array() && found->empty());
}

fleet::Result<Parsed> parse(std::string_view text) {
  if (text.size() > kMaxFile) return malformed("it is too large");
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return malformed("it is no JSON object");
  const auto metadata = json.find("sops");
  const std::string* data = textOf(json, "data");
  if (!data || metadata == json.end() || !metadata->is_object()) return malformed("it lacks `data` or `sops`");
  const std::string *mac = textOf(*metadata, "mac"), *when = textOf(*metadata, "lastmodified");
  if (!mac || !when) return malformed("it lacks a MAC");
  Parsed out{*data, *mac, *when, {}, false};
  for (const char* kind : {"pgp", "kms", "gcp_kms", "azure_kv", "hc_vault", "hckms", "key_groups"})
    out.others = out.others || !isEmpty(*metadata, kind);
  if (isEmpty(*metadata, "age")) return out;
  const auto keys = metadata->find("age");
  if (!keys->is_array()) return malformed("its list of keys is garbled");
  for (const Json& key : *keys) {
    const std::string* recipient = key.is_object() ? textOf(key, "recipient") : nullptr;
    const std::string* enc = key.is_object() ? textOf(key, "enc") : nullptr;
    if (!recipient || !enc) return malformed("its list of keys is garbled");
    out.age.emplace_back(*recipient, *enc);
  }
  return out;
}

// SHA-512 of the content in upper-case hexadecimal.
std::string digestOf(age::View plain) {
  std::uint8_t hash[SHA512_DIGEST_LENGTH];
  SHA512(plain.data(), plain.size(), hash);
  std::string out;
  for (const std::uint8_t byte : hash) (out += "0123456789ABCDEF"[byte >> 4]) += "0123456789ABCDEF"[byte & 15];
  return out;
}

// An ssh key with its comment is the same key.
std::string withoutComment(const std::string& recipient) {
  if (!recipient.starts_with("ssh-")) return recipient;
  return recipient.substr(0, recipient.find(' ', recipient.find(' ') + 1));
}

fleet::Result<SecretBytes> dataKeyOf(const Parsed& file, std::span<const age::Identity> identities) {
  // Keys of somebody else are passed over: the file may have many.
  for (const auto& [recipient, enc] : file.age) {
    const bool mine = std::any_of(identities.begin(), identities.end(), [&, to = recipient](const age::Identity& one) {
      // Of a plugin's identity it may not be known whose it is.
      if (one.kind == age::KeyKind::Plugin && one.recipient.text.empty())
        return to.starts_with("age1" + one.recipient.plugin + "1");
      return one.recipient.text == withoutComment(to);
    });
    if (!mine) continue;
    FLEET_TRY_ASSIGN(auto key, age::decrypt(enc, identities));
    if (key.size() != 32) return malformed("its key has a wrong length");
    return key;
  }
  std::string who;
  for (const auto& [recipient, enc] : file.age) who += (who.empty() ? "" : ", ") + recipient;
  return age::error("AGE06", "none of the keys at hand opens it", who.empty() ? "" : "it is for " + who);
}

}  // namespace

fleet::Result<std::string> encryptFile(age::View plain, std::span<const age::Recipient> recipients,
                                       std::string_view now, age::Random& random) {
  if (plain.size() > age::kMaxPlain) return age::error("AGE05", "the content is larger than 64 MiB");
  FLEET_TRY_ASSIGN(auto key, SecretBytes::make(32));
  random.fill({key.data(), key.size()});
  Json keys = Json::array();
  for (const age::Recipient& recipient : recipients) {
    FLEET_TRY_ASSIGN(const auto wrapped, age::encrypt(key.span(), {&recipient, 1}, random));
    keys.push_back(Json{{"recipient", recipient.text}, {"enc", age::armor(wrapped)}});
  }
  if (keys.empty()) return age::error("AGE05", "there is nobody to encrypt for", "add a recipient");
  FLEET_TRY_ASSIGN(const auto data, sealValue(key.span(), plain, kPath, random));
  const std::string digest = digestOf(plain);
  FLEET_TRY_ASSIGN(const auto mac, sealValue(key.span(), age::view(digest), now, random));
  const Json json{{"data", data},
                  {"sops", Json{{"age", std::move(keys)}, {"lastmodified", now}, {"mac", mac}, {"version", kVersion}}}};
  return json.dump(1, '\t') + "\n";
}

fleet::Result<SecretBytes> decryptFile(std::string_view text, std::span<const age::Identity> identities) {
  FLEET_TRY_ASSIGN(const auto file, parse(text));
  FLEET_TRY_ASSIGN(const auto key, dataKeyOf(file, identities));
  FLEET_TRY_ASSIGN(auto content, openValue(key.span(), file.data, kPath));
  FLEET_TRY_ASSIGN(const auto mac, openValue(key.span(), file.mac, file.lastmodified));
  const std::string digest = digestOf(content.span());
  if (mac.size() != digest.size() || sodium_memcmp(mac.data(), digest.data(), digest.size()) != 0)
    return age::error("SOPS03", "the content does not fit its MAC", "restore the file from the repository");
  return content;
}

fleet::Result<std::vector<std::string>> recipientsOf(std::string_view text) {
  FLEET_TRY_ASSIGN(const auto file, parse(text));
  if (file.others)
    return age::error("SOPS04", "it is encrypted with keys of other kinds than age", "use sops for this file");
  std::vector<std::string> out;
  for (const auto& [recipient, enc] : file.age) out.push_back(withoutComment(recipient));
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace fleetd::vars::sops
