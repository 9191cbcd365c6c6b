// Hashes through libsodium, and Boost for the two that it lacks; the only file that sees their headers.
#include "kernel/base/hash.hpp"

#include <sodium.h>

#include <fmt/core.h>
#include <boost/uuid/detail/md5.hpp>
#include <boost/uuid/detail/sha1.hpp>

#include "kernel/base/encoding.hpp"

namespace fleetd::base {

namespace {

using State = crypto_generichash_state;

const unsigned char* data(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

// Lets libsodium pick the code for this processor; without it the portable one runs.
void initSodium() { [[maybe_unused]] static const int done = sodium_init(); }

// Boost gives words, highest byte first, up to 1.85 and bytes from then on.
template <class Hasher>
std::string digestOf(std::string_view bytes) {
  Hasher hasher;
  hasher.process_bytes(bytes.data(), bytes.size());
  typename Hasher::digest_type words;
  hasher.get_digest(words);
  std::string out;
  for (const auto word : words)
    for (std::size_t left = sizeof word; left-- > 0;)
      out += static_cast<char>(static_cast<unsigned char>(word >> 8 * left));
  return out;
}

constexpr HashAlgo kAlgos[] = {HashAlgo::Md5, HashAlgo::Sha1, HashAlgo::Sha256, HashAlgo::Sha512};

}  // namespace

std::string Hash256::hex() const { return toBase16(view()); }

Hash256 blake2b(std::string_view bytes) {
  initSodium();
  Hash256 out;
  crypto_generichash(out.bytes.data(), out.bytes.size(), data(bytes), bytes.size(), nullptr, 0);
  return out;
}

Blake2b::Blake2b() {
  static_assert(sizeof(State) <= sizeof state_ && alignof(State) <= 64,
                "the state must fit into the buffer of the header");
  initSodium();
  crypto_generichash_init(reinterpret_cast<State*>(state_.data()), nullptr, 0, sizeof(Hash256::bytes));
}

Blake2b& Blake2b::update(std::string_view bytes) {
  crypto_generichash_update(reinterpret_cast<State*>(state_.data()), data(bytes), bytes.size());
  return *this;
}

Blake2b& Blake2b::update(std::uint64_t number) {
  std::array<char, 8> little;
  for (std::size_t i = 0; i < little.size(); ++i)
    little[i] = static_cast<char>(static_cast<unsigned char>(number >> 8 * i));
  return update(std::string_view(little.data(), little.size()));
}

Blake2b& Blake2b::field(std::string_view bytes) {
  return update(static_cast<std::uint64_t>(bytes.size())).update(bytes);
}

Hash256 Blake2b::finish() {
  Hash256 out;
  crypto_generichash_final(reinterpret_cast<State*>(state_.data()), out.bytes.data(), out.bytes.size());
  return out;
}

std::string_view hashName(HashAlgo algo) {
  switch (algo) {
    case HashAlgo::Md5: return "md5";
    case HashAlgo::Sha1: return "sha1";
    case HashAlgo::Sha256: return "sha256";
    case HashAlgo::Sha512: return "sha512";
  }
  return "";
}

std::optional<HashAlgo> hashFromName(std::string_view name) {
  for (const HashAlgo algo : kAlgos)
    if (hashName(algo) == name) return algo;
  return std::nullopt;
}

std::size_t digestSize(HashAlgo algo) {
  switch (algo) {
    case HashAlgo::Md5: return 16;
    case HashAlgo::Sha1: return 20;
    case HashAlgo::Sha256: return 32;
    case HashAlgo::Sha512: return 64;
  }
  return 0;
}

std::string digest(HashAlgo algo, std::string_view bytes) {
  std::string out(digestSize(algo), '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  switch (algo) {
    case HashAlgo::Md5: return digestOf<boost::uuids::detail::md5>(bytes);
    case HashAlgo::Sha1: return digestOf<boost::uuids::detail::sha1>(bytes);
    case HashAlgo::Sha256: crypto_hash_sha256(to, data(bytes), bytes.size()); break;
    case HashAlgo::Sha512: crypto_hash_sha512(to, data(bytes), bytes.size()); break;
  }
  return out;
}

std::string formatHash(const ParsedHash& hash, HashFormat format) {
  switch (format) {
    case HashFormat::Base16: return toBase16(hash.bytes);
    case HashFormat::Nix32: return toNix32(hash.bytes);
    case HashFormat::Base64: return toBase64(hash.bytes);
    case HashFormat::Sri: return fmt::format("{}-{}", hashName(hash.algo), toBase64(hash.bytes));
  }
  return {};
}

std::optional<ParsedHash> parseHash(std::string_view text, std::optional<HashAlgo> assumed) {
  const std::size_t border = text.find_first_of(":-");
  const bool sri = border != std::string_view::npos && text[border] == '-';
  if (border != std::string_view::npos) {
    const auto named = hashFromName(text.substr(0, border));
    if (!named || (assumed && *assumed != *named)) return std::nullopt;
    assumed = named;
    text.remove_prefix(border + 1);
  }
  if (!assumed) return std::nullopt;
  const std::size_t size = digestSize(*assumed);
  std::optional<std::string> bytes;
  if (!sri && text.size() == size * 2)
    bytes = fromBase16(text);
  else if (!sri && text.size() == (size * 8 - 1) / 5 + 1)
    bytes = fromNix32(text);
  else if (text.size() == (size + 2) / 3 * 4)
    bytes = fromBase64(text);
  if (!bytes || bytes->size() != size) return std::nullopt;
  return ParsedHash{*assumed, std::move(*bytes)};
}

}  // namespace fleetd::base
