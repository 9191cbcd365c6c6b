// Giving items to workers and their results back in order.
#include "kernel/process/spread.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <thread>
#include <vector>

#include "kernel/process/claims.hpp"
#include "kernel/process/worker.hpp"

namespace fleetd::process {

namespace {

// Neighbours often cost the same, so each process gets items from all over: in blocks, which are sent as a whole.
constexpr std::size_t kBlocksForEach = 16, kMostInBlock = 32;
// Blocks that are done before their turn, while a worker has the one whose turn it is.
constexpr std::size_t kMostKept = 16;
constexpr std::uint32_t kHere = 1;  // in claims; the workers come behind

using Bytes = std::vector<std::string>;

void append(std::string& out, std::string_view result) {
  const std::uint64_t size = result.size();
  char bytes[sizeof size];
  std::memcpy(bytes, &size, sizeof size);
  out.append(bytes, sizeof size).append(result);
}

// What a worker sends: for each block its size, and in it for each item its size and its bytes.
class Stream {
 public:
  explicit Stream(Result<Worker> worker) : worker_(std::move(worker)) {}

  // Whether next() comes at once.
  bool ready() {
    if (!worker_.ok()) return true;
    if (!size_ && worker_->has(sizeof(std::uint64_t))) size_ = number(worker_->take(sizeof(std::uint64_t)));
    return size_ && worker_->has(*size_);
  }
  // The next block; empty once the worker has ended.
  std::string next() {
    if (!worker_.ok()) return {};
    if (!size_) size_ = number(worker_->take(sizeof(std::uint64_t)));
    const std::uint64_t size = *std::exchange(size_, std::nullopt);
    return size == 0 ? std::string() : worker_->take(size).value_or(std::string());
  }
  static std::uint64_t number(std::optional<std::string_view> bytes) {
    std::uint64_t out = 0;
    if (bytes && bytes->size() >= sizeof out) std::memcpy(&out, bytes->data(), sizeof out);
    return out;
  }

 private:
  Result<Worker> worker_;
  std::optional<std::uint64_t> size_;  // of the next block
};

class Spread {
 public:
  Spread(std::size_t begin, std::size_t end, std::size_t block, Claims claims, const SpreadMake& make,
         const SpreadTake& take)
      : begin_(begin), end_(end), block_(block), claims_(std::move(claims)), make_(make), take_(take) {}

  void start(std::size_t workers) {
    for (std::size_t w = 0; w < workers; ++w)
      streams_.emplace_back(Worker::start([&](const Worker::Send& send) {
        while (const auto block = claims_.next(kHere + 1 + static_cast<std::uint32_t>(w))) {
          std::string results, out;
          for (std::size_t i = first(*block); i < last(*block); ++i) append(results, make_(i));
          append(out, results);
          if (!send(out)) return;
        }
      }));
  }

  // False ends the whole.
  bool takeBlock(std::size_t block) {
    for (;;) {
      if (const auto found = kept_.find(block); found != kept_.end()) {
        const Bytes results = std::move(kept_.extract(found).mapped());
        for (std::size_t i = first(block); i < last(block); ++i)
          if (!take_(i, results[i - first(block)])) return false;
        return true;
      }
      const std::uint32_t owner = claims_.ownerOf(block);
      if (owner == Claims::kNobody) {
        const auto mine = claims_.next(kHere);
        if (mine == block) return takeHere(first(block), last(block));
        if (mine)
          keep(*mine);
        else if (waited_++ < kMostWaits)
          std::this_thread::yield();  // somebody is about to say that it is theirs
        else
          return takeHere(first(block), last(block));  // or ended before
        continue;
      }
      Stream& stream = streams_[owner - kHere - 1];
      while (!stream.ready() && kept_.size() < kMostKept)
        if (const auto mine = claims_.next(kHere))
          keep(*mine);
        else
          break;
      return takeSent(block, stream.next());
    }
  }

 private:
  static constexpr std::size_t kMostWaits = 1 << 20;

  std::size_t first(std::size_t block) const { return begin_ + block * block_; }
  std::size_t last(std::size_t block) const { return std::min(end_, first(block) + block_); }

  void keep(std::size_t block) {
    Bytes& results = kept_[block];
    for (std::size_t i = first(block); i < last(block); ++i) results.push_back(make_(i));
  }

  bool takeHere(std::size_t item, std::size_t end) {
    for (; item < end; ++item)
      if (!take_(item, std::nullopt)) return false;
    return true;
  }

  // What a worker that ended did not make is done here.
  bool takeSent(std::size_t block, std::string_view results) {
    for (std::size_t i = first(block); i < last(block); ++i) {
      if (results.size() < sizeof(std::uint64_t)) return takeHere(i, last(block));
      const std::uint64_t size = Stream::number(results);
      results.remove_prefix(sizeof size);
      if (size > results.size()) return takeHere(i, last(block));
      if (!take_(i, results.substr(0, size))) return false;
      results.remove_prefix(size);
    }
    return true;
  }

  std::size_t begin_, end_, block_;
  Claims claims_;
  const SpreadMake& make_;
  const SpreadTake& take_;
  std::vector<Stream> streams_;
  std::map<std::size_t, Bytes> kept_;
  std::size_t waited_ = 0;
};

}  // namespace

void spread(std::size_t count, const SpreadOptions& options, const SpreadMake& make, const SpreadTake& take) {
  const std::size_t warm = std::min(count, options.warmUp), rest = count - warm;
  for (std::size_t i = 0; i < warm; ++i)
    if (!take(i, std::nullopt)) return;
  const std::size_t most = rest / std::max<std::size_t>(options.leastPerWorker, 1);
  const std::size_t parts = std::max<std::size_t>(std::min<std::size_t>(options.workers, most), 1);
  const std::size_t block = std::clamp<std::size_t>(rest / (parts * kBlocksForEach), 1, kMostInBlock);
  const std::size_t blocks = (rest + block - 1) / block;
  auto claims = parts > 1 ? Claims::make(blocks) : std::nullopt;
  if (!claims) {
    for (std::size_t i = warm; i < count; ++i)
      if (!take(i, std::nullopt)) return;
    return;
  }
  Spread work(warm, count, block, *std::move(claims), make, take);
  work.start(parts - 1);
  for (std::size_t b = 0; b < blocks; ++b)
    if (!work.takeBlock(b)) return;
}

}  // namespace fleetd::process
