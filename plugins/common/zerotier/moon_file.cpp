// Reading without a JSON library, which would keep copies of the secret.
#include "plugins/common/zerotier/moon_file.hpp"

#include <algorithm>
#include <cstring>

namespace fleetd::zerotier {

namespace {

constexpr std::size_t kLongest = std::size_t{64} << 10;
constexpr int kDeepest = 16;

fleet::Error noFile(const std::string& why) {
  return error("ZT07", "this is no moon.json: " + why,
               "`zerotier-idtool initmoon` writes one; moons keep theirs in /var/lib/zerotier-one");
}

std::size_t afterBlanks(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(" \t\r\n", at), text.size());
}

// The text that the outermost object has as `name`: one without escapes, since none of those looked for needs any.
// Nothing when there is none, or more than one.
std::optional<std::string_view> memberOf(std::string_view text, std::string_view name) {
  std::optional<std::string_view> found;
  std::string_view key;
  int depth = 0;
  for (std::size_t i = afterBlanks(text, 0); i < text.size(); i = afterBlanks(text, i + 1)) {
    const char c = text[i];
    if (c == '{' || c == '[') {
      if (++depth > kDeepest) return std::nullopt;
    } else if (c == '}' || c == ']') {
      if (--depth < 0) return std::nullopt;
    } else if (c == ',' && depth == 1) {
      key = {};
    } else if (c == '"') {
      std::size_t end = i + 1;
      while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2U : 1U;
      if (end >= text.size()) return std::nullopt;
      const std::string_view word = text.substr(i + 1, end - i - 1);
      i = end;
      if (depth != 1) continue;
      if (const std::size_t next = afterBlanks(text, end + 1); next < text.size() && text[next] == ':') {
        key = word;
        i = next;
      } else if (key == name) {
        if (found) return std::nullopt;
        found = word;
      }
    }
  }
  return depth == 0 && text.find('{') == afterBlanks(text, 0) ? found : std::nullopt;
}

}  // namespace

fleet::Result<MoonFile> readMoonFile(std::string_view text) {
  if (text.size() > kLongest) return noFile("it is longer than 64 KiB");
  const auto kind = memberOf(text, "worldType");
  if (!kind) return noFile("it says no worldType");
  if (*kind != "moon") return noFile("its worldType is not `moon`");
  MoonFile out;
  const auto id = memberOf(text, "id");
  auto address = parseAddress(id ? *id : std::string_view());
  if (!address) return noFile("its id is no address of a node");
  out.id = *address;
  FLEET_TRY_ASSIGN(out.signer.secret, SecretBytes::make(64));
  const auto secret = memberOf(text, "signingKey_SECRET");
  if (!secret || !fromHex(*secret, {out.signer.secret.data(), out.signer.secret.size()}))
    return noFile("signingKey_SECRET is missing, or not 128 digits");
  const auto key = memberOf(text, "signingKey");
  if (!key || !fromHex(*key, out.signer.publicKey)) return noFile("signingKey is missing, or not 128 digits");
  if (publicKeyOf(out.signer.secret.data()) != out.signer.publicKey)
    return noFile("signingKey_SECRET does not belong to signingKey");
  if (memberOf(text, "updatesMustBeSignedBy") != key) return noFile("updates must be signed by another key");
  out.signer.address = out.id;
  return out;
}

fleet::Result<SecretBytes> newMoonFile(const Identity& root, Random& random) {
  FLEET_TRY_ASSIGN(auto secret, SecretBytes::make(64));
  random.fill({secret.data(), secret.size()});
  std::string key;
  addHex(key, publicKeyOf(secret.data()));
  const std::string head = "{\n \"id\": \"" + root.address.text() +
                           "\",\n \"objtype\": \"world\",\n \"roots\": [\n  {\n   \"identity\": \"" +
                           root.publicText() + "\",\n   \"stableEndpoints\": []\n  }\n ],\n \"signingKey\": \"" + key +
                           "\",\n \"signingKey_SECRET\": \"";
  const std::string tail = "\",\n \"updatesMustBeSignedBy\": \"" + key + "\",\n \"worldType\": \"moon\"\n}\n";
  FLEET_TRY_ASSIGN(auto out, SecretBytes::make(head.size() + 2 * secret.size() + tail.size()));
  std::uint8_t* to = std::copy(head.begin(), head.end(), out.data());
  for (const std::uint8_t byte : secret.span()) {
    *to++ = static_cast<std::uint8_t>("0123456789abcdef"[byte >> 4]);
    *to++ = static_cast<std::uint8_t>("0123456789abcdef"[byte & 15]);
  }
  std::copy(tail.begin(), tail.end(), to);
  return out;
}

}  // namespace fleetd::zerotier
