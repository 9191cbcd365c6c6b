// Making identities. Candidates are numbered, and the first of them that shows enough work wins, whichever core found
// it.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

#include <sodium.h>

#include "plugins/common/zerotier/identity.hpp"

namespace fleetd::zerotier {

namespace {

constexpr std::uint64_t kNone = ~std::uint64_t{0};
constexpr unsigned kMostThreads = 16;  // a generation takes fifteen candidates on average

// One key pair whose X25519 half is counted on.
class Search {
 public:
  explicit Search(const SecretBytes& seed, bool (*stop)()) : seed_(seed), stop_(stop) {
    const PublicKey whole = publicKeyOf(seed.data());
    std::copy(whole.begin() + 32, whole.end(), signingKey_.begin());
  }

  fleet::Result<Identity> run(unsigned threads) {
    std::vector<SecretBytes> scalars;  // made here, where failing can be told
    for (unsigned i = 0; i < threads; ++i) {
      FLEET_TRY_ASSIGN(auto scalar, SecretBytes::copy(seed_.span().first(32)));
      scalars.push_back(std::move(scalar));
    }
    std::vector<std::thread> others;
    for (unsigned i = 1; i < threads; ++i) others.emplace_back([this, &scalars, i] { work(scalars[i]); });
    work(scalars[0]);
    for (auto& one : others) one.join();
    if (stopped_) return error("ZT04", "the identity was not finished");
    Identity out;
    out.address = found_;
    FLEET_TRY_ASSIGN(out.secret, SecretBytes::copy(seed_.span()));
    place(best_, out.secret.data());
    out.publicKey = publicKeyOf(out.secret.data());
    return out;
  }

 private:
  // Bytes in the middle: those at the ends are fixed by X25519 in part, so that counting there would repeat keys.
  void place(std::uint64_t number, std::uint8_t* scalar) const {
    std::uint64_t sum = number;
    for (std::size_t i = 8; i < 16; ++i) {
      sum += seed_.data()[i];
      scalar[i] = static_cast<std::uint8_t>(sum);
      sum >>= 8;
    }
  }

  void work(SecretBytes& scalar) {
    MemoryHash hash;
    PublicKey key;
    std::copy(signingKey_.begin(), signingKey_.end(), key.begin() + 32);
    for (;;) {
      const std::uint64_t number = next_.fetch_add(1);
      if (number > best_ || stopped_) return;
      if (stop_ && stop_()) {
        stopped_ = true;
        return;
      }
      place(number, scalar.data());
      crypto_scalarmult_base(key.data(), scalar.data());
      const auto address = addressOf(hash(key));
      if (!address) continue;
      const std::lock_guard lock(mutex_);
      if (number >= best_) continue;
      best_ = number;
      found_ = *address;
    }
  }

  const SecretBytes& seed_;
  bool (*stop_)();
  std::array<std::uint8_t, 32> signingKey_{};
  std::atomic<std::uint64_t> next_{0}, best_{kNone};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  Address found_;
};

}  // namespace

fleet::Result<Identity> generateIdentity(Random& random, unsigned threads, bool (*stop)()) {
  if (threads == 0) threads = std::thread::hardware_concurrency();
  threads = std::clamp(threads, 1U, kMostThreads);
  FLEET_TRY_ASSIGN(auto seed, SecretBytes::make(64));
  for (;;) {
    random.fill({seed.data(), seed.size()});
    Search search(seed, stop);
    FLEET_TRY_ASSIGN(auto out, search.run(threads));
    if (!out.address.isReserved()) return out;
  }
}

}  // namespace fleetd::zerotier
