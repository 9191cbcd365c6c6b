// age files: who can open them, and their armor.
#include "plugins/vars/age/age.hpp"

#include <algorithm>

#include "plugins/vars/age/payload.hpp"
#include "plugins/vars/age/plugin.hpp"

namespace fleetd::vars::age {

namespace {

constexpr std::string_view kArmor = "-----BEGIN AGE ENCRYPTED FILE-----";

}  // namespace

fleet::Result<std::string> encrypt(View plain, std::span<const Recipient> recipients, Random& random) {
  if (recipients.empty()) return error("AGE05", "there is nobody to encrypt for", "add a recipient");
  if (plain.size() > kMaxPlain) return error("AGE05", "the content is larger than 64 MiB");
  FLEET_TRY_ASSIGN(auto fileKey, SecretBytes::make(kFileKey));
  random.fill({fileKey.data(), kFileKey});
  std::vector<Stanza> stanzas;
  for (const Recipient& recipient : recipients) {
    if (recipient.kind == KeyKind::Pgp)
      return error("AGE02", "an age file cannot be for the PGP key " + recipient.text, "use an age key");
    if (recipient.kind == KeyKind::Plugin) {
      FLEET_TRY_ASSIGN(auto many, wrapWithPlugin(recipient, fileKey.span()));
      for (auto& stanza : many) stanzas.push_back(std::move(stanza));
      continue;
    }
    FLEET_TRY_ASSIGN(auto stanza, wrap(recipient, fileKey.span(), random));
    stanzas.push_back(std::move(stanza));
  }
  return sealPayload(stanzas, plain, fileKey.span(), random);
}

fleet::Result<SecretBytes> decrypt(std::string_view file, std::span<const Identity> identities) {
  if (file.starts_with("-----BEGIN")) {
    FLEET_TRY_ASSIGN(const auto binary, unarmor(file));
    return decrypt(binary, identities);
  }
  FLEET_TRY_ASSIGN(const auto header, parseHeader(file));
  for (const Stanza& stanza : header.stanzas)
    if (stanza.args.front() == "scrypt" && header.stanzas.size() > 1)
      return error("AGE04", "an age file has a passphrase and other recipients, which is not allowed");
  FLEET_TRY_ASSIGN(auto fileKey, SecretBytes::make(kFileKey));
  bool found = false;
  for (const Identity& identity : identities) {
    if (identity.kind == KeyKind::Pgp) continue;
    if (identity.kind == KeyKind::Plugin) {
      if (!found) {
        FLEET_TRY_ASSIGN(found, unwrapWithPlugin(identity, header.stanzas, fileKey.data()));
      }
      continue;
    }
    for (const Stanza& stanza : header.stanzas) {
      if (found) break;
      FLEET_TRY_ASSIGN(found, unwrap(identity, stanza, fileKey.data()));
    }
  }
  if (!found) return error("AGE06", "none of the keys at hand opens it", "is your key among its recipients?");
  return openPayload(file, header, fileKey.span());
}

std::string armor(std::string_view binary) {
  const std::string text = base64(view(binary), true);
  std::string out(kArmor);
  out += '\n';
  for (std::size_t at = 0; at < text.size(); at += 64) out += text.substr(at, 64) + "\n";
  return out + "-----END AGE ENCRYPTED FILE-----\n";
}

fleet::Result<std::string> unarmor(std::string_view text) {
  const auto broken = [] { return error("AGE08", "the armor of an age file is broken"); };
  const auto isBlank = [](std::string_view line) {
    return std::all_of(line.begin(), line.end(), [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
  };
  std::string encoded;
  bool begun = false, ended = false, shortLine = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!begun || ended) {
      if (isBlank(line)) continue;
      if (ended || line != kArmor) return broken();
      begun = true;
    } else if (line == "-----END AGE ENCRYPTED FILE-----") {
      ended = true;
    } else {
      if (line.empty() || line.size() > 64 || shortLine) return broken();
      shortLine = line.size() < 64 || line.ends_with('=');
      encoded += line;
    }
  }
  const auto binary = ended ? fromBase64(encoded, true) : std::nullopt;
  if (!binary) return broken();
  return std::string(binary->begin(), binary->end());
}

}  // namespace fleetd::vars::age
