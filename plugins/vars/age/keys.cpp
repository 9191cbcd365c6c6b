// Keys as text. Wrapping and unwrapping is in wrap.cpp, OpenSSH's format in ssh_key.cpp.
#include "plugins/vars/age/keys.hpp"

#include <algorithm>
#include <utility>

#include <sodium.h>

#include "plugins/vars/age/bech32.hpp"
#include "plugins/vars/age/plugin.hpp"
#include "plugins/vars/age/ssh_key.hpp"

namespace fleetd::vars::age {

namespace {

constexpr std::string_view kPublic = "age", kSecret = "age-secret-key-";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

fleet::Error unusable(std::string what, std::string hint = {}) {
  return error("AGE02", std::move(what), std::move(hint));
}

}  // namespace

fleet::Result<Recipient> parseRecipient(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with("ssh-")) return parseSshRecipient(text);
  if (text.starts_with("age1") || text.starts_with("AGE1")) {
    // A plugin's name stands between two ones: age1yubikey1….
    const auto plugin = fromBech32(text);
    constexpr std::string_view kPlugin = "age1";
    if (plugin && plugin->prefix.starts_with(kPlugin)) {
      Recipient out;
      out.kind = KeyKind::Plugin;
      out.plugin = plugin->prefix.substr(kPlugin.size());
      out.text = text;
      if (!isPluginName(out.plugin)) return unusable("the recipient names no plugin");
      return out;
    }
  }
  const auto decoded = fromBech32(text);
  if (!decoded && text.size() >= 16 && text.find_first_not_of("0123456789abcdefABCDEF ") == std::string_view::npos)
    return unusable("`" + std::string(text.substr(0, 80)) + "` looks like a PGP key, and an age key is needed here",
                    "one begins with age1");
  if (!decoded)
    return unusable("`" + std::string(text.substr(0, 80)) + "` is no age recipient", "one begins with age1");
  if (decoded->prefix != kPublic)
    return unusable("`" + std::string(text.substr(0, 80)) + "` is a recipient of another kind",
                    "age1…, age1PLUGIN1…, ssh-ed25519 and ssh-rsa recipients can be used");
  if (decoded->bytes.size() != 32) return unusable("the recipient has a wrong length");
  Recipient out;
  std::copy(decoded->bytes.begin(), decoded->bytes.end(), out.point.begin());
  out.text = text;
  return out;
}

fleet::Result<Identity> parseIdentity(std::string_view text) {
  text = trimmed(text);
  auto decoded = fromBech32(text);
  constexpr std::string_view kPlugin = "age-plugin-";
  if (text.starts_with("AGE-PLUGIN-") && decoded && decoded->prefix.starts_with(kPlugin) &&
      decoded->prefix.ends_with('-') && decoded->prefix.size() > kPlugin.size() + 1) {
    Identity out;
    out.kind = out.recipient.kind = KeyKind::Plugin;
    out.recipient.plugin = decoded->prefix.substr(kPlugin.size(), decoded->prefix.size() - kPlugin.size() - 1);
    sodium_memzero(decoded->bytes.data(), decoded->bytes.size());
    if (!isPluginName(out.recipient.plugin)) return error("AGE03", "the key names no plugin");
    FLEET_TRY_ASSIGN(out.scalar, SecretBytes::copy(text));
    return out;
  }
  if (!decoded || decoded->prefix != kSecret || decoded->bytes.size() != 32 || text.front() != 'A')
    return error("AGE03", "not an age key", "one begins with AGE-SECRET-KEY-1");
  Identity out;
  auto scalar = SecretBytes::copy(decoded->bytes);
  sodium_memzero(decoded->bytes.data(), decoded->bytes.size());
  if (!scalar) return std::move(scalar).error();
  out.scalar = *std::move(scalar);
  multiplyBase(out.scalar.data(), out.recipient.point.data());
  out.recipient.text = toBech32(kPublic, out.recipient.point);
  return out;
}

fleet::Result<Identity> generateIdentity(Random& random) {
  Identity out;
  FLEET_TRY_ASSIGN(out.scalar, SecretBytes::make(32));
  random.fill({out.scalar.data(), out.scalar.size()});
  multiplyBase(out.scalar.data(), out.recipient.point.data());
  out.recipient.text = toBech32(kPublic, out.recipient.point);
  return out;
}

fleet::Result<SecretBytes> identityText(const Identity& identity) {
  if (identity.kind != KeyKind::X25519) return error("AGE03", "only age keys have this form");
  std::string text = toBech32(kSecret, identity.scalar.span());
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  auto out = SecretBytes::copy(text);
  sodium_memzero(text.data(), text.size());
  return out;
}

fleet::Result<std::vector<Identity>> parseIdentityFile(std::string_view text) {
  std::vector<Identity> out;
  if (text.find("-----BEGIN PGP") != std::string_view::npos)
    return error(
        "AGE03", "it is a PGP key, which belongs to gpg",
        "`gpg --import` it and name its fingerprint in $SOPS_PGP_FP, or make an age key with `fleetd vars keygen`");
  if (text.find("-----BEGIN") != std::string_view::npos) {
    FLEET_TRY_ASSIGN(auto one, parseSshIdentity(text));
    out.push_back(std::move(one));
    return out;
  }
  std::size_t number = 0;
  Recipient said;  // by the comment above
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty()) continue;
    if (line.front() == '#') {
      if (const std::size_t at = line.find("age1"); at != std::string_view::npos)
        if (auto recipient = parseRecipient(line.substr(at, line.find_first_of(" \t", at) - at)); recipient)
          said = *std::move(recipient);
      continue;
    }
    auto one = parseIdentity(line);
    if (!one) {
      fleet::Error e = std::move(one).error();
      e.message = "line " + std::to_string(number) + ": " + e.message;
      return e;
    }
    if (one->kind == KeyKind::Plugin && said.kind == KeyKind::Plugin && said.plugin == one->recipient.plugin)
      one->recipient = std::exchange(said, {});
    out.push_back(*std::move(one));
  }
  if (out.empty()) return error("AGE03", "there is no key in it");
  return out;
}

}  // namespace fleetd::vars::age
