// SHA-512, then exchanges with two megabytes of Salsa20. The keystream does not depend on what is exchanged, so it
// comes in large pieces, which libsodium makes with vector instructions.
#include "plugins/common/zerotier/memory_hash.hpp"

#include <algorithm>
#include <cstring>

#include <sodium.h>

namespace fleetd::zerotier {

namespace {

constexpr std::size_t kBlock = 64, kWord = 8;
constexpr std::size_t kMemory = 2097152, kWords = kMemory / kWord;
constexpr std::size_t kPiece = 32768;  // of keystream; stays in the processor's cache

}  // namespace

MemoryHash::Digest MemoryHash::operator()(std::span<const std::uint8_t, 64> publicKey) {
  // Chooses the fastest code of this processor; it cannot fail in a way that matters here.
  [[maybe_unused]] const bool isReady = sodium_init() >= 0;
  memory_.resize(kMemory);
  stream_.resize(kPiece);
  Digest digest;
  crypto_hash_sha512(digest.data(), publicKey.data(), publicKey.size());
  std::uint8_t key[crypto_stream_salsa20_KEYBYTES], nonce[crypto_stream_salsa20_NONCEBYTES];
  std::memcpy(key, digest.data(), sizeof key);
  std::memcpy(nonce, digest.data() + sizeof key, sizeof nonce);

  std::uint8_t* const memory = memory_.data();
  crypto_stream_salsa20(memory, kMemory, nonce, key);
  std::uint64_t run[kBlock / kWord] = {}, next[kBlock / kWord];
  for (std::size_t at = 0; at < kMemory; at += kBlock) {
    std::memcpy(next, memory + at, kBlock);
    for (std::size_t i = 0; i < std::size(run); ++i) run[i] ^= next[i];
    std::memcpy(memory + at, run, kBlock);
  }

  std::uint64_t block = kMemory / kBlock;
  std::uint64_t words[kBlock / kWord];
  std::memcpy(words, digest.data(), kBlock);
  for (std::size_t word = 0; word < kWords; block += kPiece / kBlock) {
    std::fill(stream_.begin(), stream_.end(), std::uint8_t{0});
    crypto_stream_salsa20_xor_ic(stream_.data(), stream_.data(), kPiece, nonce, block, key);
    for (std::size_t used = 0; used < kPiece && word < kWords; used += kBlock, word += 2) {
      const std::uint8_t* const index = memory + word * kWord;
      // The low bits of two big endian numbers: which word is exchanged with which.
      const std::size_t mine = index[7] % 8;
      const std::size_t theirs = (std::size_t{index[13]} << 16 | std::size_t{index[14]} << 8 | index[15]) % kWords;
      std::uint64_t taken;
      std::memcpy(&taken, memory + theirs * kWord, kWord);
      std::memcpy(memory + theirs * kWord, &words[mine], kWord);
      words[mine] = taken;
      std::memcpy(next, stream_.data() + used, kBlock);
      for (std::size_t i = 0; i < std::size(words); ++i) words[i] ^= next[i];
    }
  }
  std::memcpy(digest.data(), words, kBlock);
  return digest;
}

}  // namespace fleetd::zerotier
