// Batches: the documents of many hosts in messages of a bounded size.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <fleet/cxx/view_codec.hpp>

#include "kernel/plugin/sdk.hpp"

namespace fleetd::plugin {

inline constexpr std::size_t kBatchHosts = 64;
inline constexpr std::size_t kBatchBytes = 1 << 20;

struct Batch {
  std::size_t documents = 0;
  std::string body;  // of the message
};

using PackDocument = std::function<void(std::size_t document, sdk::Packer& out)>;

// Packs the elements of a list, which must outlive it.
template <class Host>
PackDocument packerOf(const std::vector<Host>& hosts) {
  return [&hosts](std::size_t i, sdk::Packer& out) { sdk::pack(out, hosts[i]); };
}

// The same documents make the same batches. Refers to `pack`.
class Batches {
 public:
  Batches(std::size_t count, const PackDocument& pack) : count_(count), pack_(pack) {}

  std::optional<Batch> next() {
    if (made_ == count_) return std::nullopt;
    const std::size_t first = made_;
    firsts_.push_back(first);
    many_.clear();
    while (made_ < count_ && made_ - first < kBatchHosts && (made_ == first || many_.size() < kBatchBytes)) {
      one_.clear();
      pack_(made_++, one_);
      many_.bin(one_.view());
    }
    sdk::Packer body;
    body.reserve(many_.size() + 5);
    body.array(made_ - first);
    body.raw(many_.view());
    return Batch{made_ - first, body.take()};
  }
  // Documents of a batch that was made: from the one, up to the other.
  std::size_t first(std::size_t batch) const { return firsts_[batch]; }
  std::size_t end(std::size_t batch) const { return batch + 1 < firsts_.size() ? firsts_[batch + 1] : made_; }

 private:
  const std::size_t count_;
  const PackDocument& pack_;
  std::vector<std::size_t> firsts_;
  std::size_t made_ = 0;
  sdk::Packer one_, many_;
};

}  // namespace fleetd::plugin
