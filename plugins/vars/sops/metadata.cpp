// Recipients, the data key and the MAC.
#include "plugins/vars/sops/metadata.hpp"

#include <algorithm>

#include <sodium.h>

#include "plugins/vars/age/age.hpp"
#include "plugins/vars/sops/pgp.hpp"
#include "plugins/vars/sops/sealed_value.hpp"

namespace fleetd::vars::sops {

namespace {

bool isEmpty(const Node* node) {
  return !node || node->kind == Node::Kind::Null || (node->kind == Node::Kind::List && node->items.empty());
}

fleet::Result<Metadata::Keys> keysOf(const Node& metadata, std::string_view kind, std::string_view name) {
  Metadata::Keys out;
  const Node* keys = metadata.find(kind);
  if (isEmpty(keys)) return out;
  if (keys->kind != Node::Kind::List) return malformed("its list of keys is garbled");
  for (const Node& key : keys->items) {
    const std::string *whose = key.textOf(name), *enc = key.textOf("enc");
    if (!whose || !enc) return malformed("its list of keys is garbled");
    out.emplace_back(*whose, *enc);
  }
  return out;
}

// An ssh key with its comment is the same key.
std::string withoutComment(const std::string& recipient) {
  if (!recipient.starts_with("ssh-")) return recipient;
  return recipient.substr(0, recipient.find(' ', recipient.find(' ') + 1));
}

bool isOf(const age::Identity& one, const std::string& recipient) {
  // Of a plugin's identity it may not be known whose it is.
  if (one.kind == age::KeyKind::Plugin && one.recipient.text.empty())
    return recipient.starts_with("age1" + one.recipient.plugin + "1");
  return one.kind != age::KeyKind::Pgp && one.recipient.text == withoutComment(recipient);
}

fleet::Result<SecretBytes> whole(SecretBytes key) {
  if (key.size() != 32) return malformed("its key has a wrong length");
  return key;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

}  // namespace

std::string upperHex(age::View bytes) {
  std::string out;
  for (const std::uint8_t byte : bytes) (out += "0123456789ABCDEF"[byte >> 4]) += "0123456789ABCDEF"[byte & 15];
  return out;
}

fleet::Result<std::vector<std::string>> Metadata::recipients() const {
  if (!others.empty())
    return age::error("SOPS04", "it is encrypted with keys of other kinds than age and PGP (" + joined(others) + ")",
                      "use sops for this file");
  std::vector<std::string> out;
  for (const auto& [recipient, enc] : age) out.push_back(withoutComment(recipient));
  for (const auto& [fingerprint, enc] : pgp) out.push_back(plainFingerprint(fingerprint));
  std::sort(out.begin(), out.end());
  return out;
}

fleet::Result<Metadata> readMetadata(const Node& file) {
  const Node* sops = file.find("sops");
  if (!sops || sops->kind != Node::Kind::Map) return malformed("it has no metadata (`sops`)");
  const std::string *mac = sops->textOf("mac"), *when = sops->textOf("lastmodified");
  if (!mac || !when) return malformed("it lacks a MAC");
  Metadata out{*mac, *when, {}, {}, {}, false};
  FLEET_TRY_ASSIGN(out.age, keysOf(*sops, "age", "recipient"));
  FLEET_TRY_ASSIGN(out.pgp, keysOf(*sops, "pgp", "fp"));
  for (const char* kind : {"kms", "gcp_kms", "azure_kv", "hc_vault", "hckms", "key_groups"})
    if (!isEmpty(sops->find(kind))) out.others.emplace_back(kind);
  if (const Node* only = sops->find("mac_only_encrypted"))
    out.macOnlyEncrypted = only->text == "True" || only->text == "true";
  return out;
}

fleet::Result<SecretBytes> dataKeyOf(const Metadata& file, std::span<const age::Identity> identities) {
  // Keys of somebody else are passed over: the file may have many.
  for (const auto& [recipient, enc] : file.age) {
    const bool mine = std::any_of(identities.begin(), identities.end(),
                                  [to = recipient](const age::Identity& one) { return isOf(one, to); });
    if (!mine) continue;
    FLEET_TRY_ASSIGN(auto key, age::decrypt(enc, identities));
    return whole(std::move(key));
  }
  // gpg knows which keys it has.
  fleet::Error failed;
  for (const auto& [fingerprint, enc] : file.pgp) {
    auto key = unwrapWithGpg(enc);
    if (key) return whole(*std::move(key));
    if (key.error().code != "AGE06") failed = std::move(key).error();
  }
  if (!failed.code.empty()) return failed;
  std::vector<std::string> who;
  for (const auto& [recipient, enc] : file.age) who.push_back(recipient);
  for (const auto& [fingerprint, enc] : file.pgp) who.push_back("the PGP key " + plainFingerprint(fingerprint));
  for (const auto& kind : file.others) who.push_back("keys of the kind " + kind + ", which only sops can use");
  return age::error("AGE06", "none of the keys at hand opens it", who.empty() ? "" : "it is for " + joined(who));
}

fleet::Result<WrappedKeys> wrapDataKey(age::View key, std::span<const age::Recipient> recipients, age::Random& random) {
  WrappedKeys out;
  for (const age::Recipient& recipient : recipients) {
    if (recipient.kind == age::KeyKind::Pgp) {
      FLEET_TRY_ASSIGN(auto wrapped, wrapWithGpg(recipient.text, key));
      out.pgp.emplace_back(recipient.text, std::move(wrapped));
      continue;
    }
    FLEET_TRY_ASSIGN(const auto wrapped, age::encrypt(key, {&recipient, 1}, random));
    out.age.emplace_back(recipient.text, age::armor(wrapped));
  }
  if (out.age.empty() && out.pgp.empty())
    return age::error("AGE05", "there is nobody to encrypt for", "add a recipient");
  return out;
}

fleet::Result<void> checkMac(const Metadata& metadata, age::View dataKey, age::View hash) {
  FLEET_TRY_ASSIGN(const auto mac, openValue(dataKey, metadata.mac, metadata.lastmodified));
  const std::string digest = upperHex(hash);
  if (mac.size() == digest.size() && sodium_memcmp(mac.data(), digest.data(), digest.size()) == 0) return {};
  return age::error("SOPS03", "the content does not fit its MAC", "restore the file from the repository");
}

}  // namespace fleetd::vars::sops
