// The payload of age files: chunks of 64 KiB, each sealed with its number and whether it is the last.
#include "plugins/vars/age/age.hpp"

#include <algorithm>
#include <cstring>

#include <sodium.h>

namespace fleetd::vars::age {

namespace {

constexpr std::size_t kChunk = 64 << 10, kNonce = 16;
constexpr std::string_view kArmor = "-----BEGIN AGE ENCRYPTED FILE-----";

struct ChunkNonce {
  std::uint8_t bytes[12] = {};
  ChunkNonce(std::uint64_t number, bool last) {
    for (int i = 0; i < 8; ++i) bytes[10 - i] = static_cast<std::uint8_t>(number >> 8 * i);
    bytes[11] = last ? 1 : 0;
  }
};

fleet::Error changed(std::string what) {
  return error("AGE07", "the encrypted content was changed: " + std::move(what),
               "restore the file from the repository");
}

fleet::Result<SecretBytes> decryptPayload(View payload, View fileKey) {
  if (payload.size() < kNonce) return changed("it is cut off");
  FLEET_TRY_ASSIGN(auto key, SecretBytes::make(32));
  hkdf(fileKey, payload.first(kNonce), "payload", key.data());
  payload = payload.subspan(kNonce);
  const std::size_t chunks = std::max<std::size_t>(1, (payload.size() + kChunk + kTag - 1) / (kChunk + kTag));
  if (payload.size() < chunks * kTag) return changed("it is cut off");
  FLEET_TRY_ASSIGN(auto out, SecretBytes::make(payload.size() - chunks * kTag));
  std::size_t written = 0;
  for (std::size_t i = 0; i < chunks; ++i) {
    const View chunk =
        payload.subspan(i * (kChunk + kTag), std::min(kChunk + kTag, payload.size() - i * (kChunk + kTag)));
    const bool last = i + 1 == chunks;
    // Only an empty file has an empty chunk.
    if (chunk.size() < kTag || (chunk.size() == kTag && i > 0)) return changed("its end is missing");
    if (!open(key.data(), ChunkNonce(i, last).bytes, chunk, out.data() + written))
      return changed(last ? "its last part does not fit" : "a part does not fit");
    written += chunk.size() - kTag;
  }
  return out;
}

}  // namespace

fleet::Result<std::string> encrypt(View plain, std::span<const Recipient> recipients, Random& random) {
  if (recipients.empty()) return error("AGE05", "there is nobody to encrypt for", "add a recipient");
  if (plain.size() > kMaxPlain) return error("AGE05", "the content is larger than 64 MiB");
  FLEET_TRY_ASSIGN(auto secrets, SecretBytes::make(kFileKey + 32));
  std::uint8_t* const fileKey = secrets.data();
  std::uint8_t* const key = fileKey + kFileKey;
  random.fill({fileKey, kFileKey});
  std::vector<Stanza> stanzas;
  for (const Recipient& recipient : recipients) {
    FLEET_TRY_ASSIGN(auto stanza, wrap(recipient, View(fileKey, kFileKey), random));
    stanzas.push_back(std::move(stanza));
  }
  std::string out = writeHeader(stanzas, View(fileKey, kFileKey));
  std::uint8_t nonce[kNonce];
  random.fill(nonce);
  out.append(reinterpret_cast<const char*>(nonce), kNonce);
  hkdf(View(fileKey, kFileKey), nonce, "payload", key);
  std::size_t at = 0;
  for (std::uint64_t number = 0;; ++number) {
    const std::size_t size = std::min(kChunk, plain.size() - at);
    const bool last = at + size == plain.size();
    const std::size_t end = out.size();
    out.resize(end + size + kTag);
    seal(key, ChunkNonce(number, last).bytes, plain.subspan(at, size),
         reinterpret_cast<std::uint8_t*>(out.data() + end));
    at += size;
    if (last) return out;
  }
}

fleet::Result<SecretBytes> decrypt(std::string_view file, std::span<const Identity> identities) {
  if (file.starts_with("-----BEGIN")) {
    FLEET_TRY_ASSIGN(const auto binary, unarmor(file));
    return decrypt(binary, identities);
  }
  FLEET_TRY_ASSIGN(const auto header, parseHeader(file));
  FLEET_TRY_ASSIGN(auto fileKey, SecretBytes::make(kFileKey));
  bool found = false;
  for (const Identity& identity : identities)
    for (const Stanza& stanza : header.stanzas) {
      if (found) break;
      FLEET_TRY_ASSIGN(found, unwrap(identity, stanza, fileKey.data()));
    }
  if (!found) return error("AGE06", "none of the keys at hand opens it", "is your key among its recipients?");
  if (!isGenuine(header, fileKey.span())) return changed("its list of recipients does not fit");
  return decryptPayload(view(file).subspan(header.size), fileKey.span());
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
