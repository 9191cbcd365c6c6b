// Chunks, each sealed with its number and whether it is the last.
#include "plugins/vars/age/payload.hpp"

#include <algorithm>

#include "plugins/vars/age/age.hpp"

namespace fleetd::vars::age {

namespace {

constexpr std::size_t kChunk = 64 << 10, kNonce = 16;

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

fleet::Result<std::string> sealPayload(const std::vector<Stanza>& stanzas, View plain, View fileKey, Random& random) {
  if (plain.size() > kMaxPlain) return error("AGE05", "the content is larger than 64 MiB");
  FLEET_TRY_ASSIGN(auto key, SecretBytes::make(32));
  std::string out = writeHeader(stanzas, fileKey);
  std::uint8_t nonce[kNonce];
  random.fill(nonce);
  out.append(reinterpret_cast<const char*>(nonce), kNonce);
  hkdf(fileKey, nonce, "payload", key.data());
  std::size_t at = 0;
  for (std::uint64_t number = 0;; ++number) {
    const std::size_t size = std::min(kChunk, plain.size() - at);
    const bool last = at + size == plain.size();
    const std::size_t end = out.size();
    out.resize(end + size + kTag);
    seal(key.data(), ChunkNonce(number, last).bytes, plain.subspan(at, size),
         reinterpret_cast<std::uint8_t*>(out.data() + end));
    at += size;
    if (last) return out;
  }
}

fleet::Result<SecretBytes> openPayload(std::string_view file, const Header& header, View fileKey) {
  if (!isGenuine(header, fileKey)) return changed("its list of recipients does not fit");
  return decryptPayload(view(file).subspan(header.size), fileKey);
}

}  // namespace fleetd::vars::age
