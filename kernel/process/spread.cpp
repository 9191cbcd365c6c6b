// Giving items to workers and their results back in order.
#include "kernel/process/spread.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "kernel/process/worker.hpp"

namespace fleetd::process {

namespace {

// Neighbours often cost the same, so each process gets items from all over: in blocks, which are sent as a whole.
constexpr std::size_t kBlocksForEach = 8, kMostInBlock = 64;

void append(std::string& out, std::string_view result) {
  const std::uint64_t size = result.size();
  char bytes[sizeof size];
  std::memcpy(bytes, &size, sizeof size);
  out.append(bytes, sizeof size).append(result);
}

// The next result, or nothing once the worker has ended.
std::optional<std::string> next(Result<Worker>& worker) {
  std::uint64_t size = 0;
  const auto bytes = worker.ok() ? worker->take(sizeof size) : std::nullopt;
  if (!bytes) return std::nullopt;
  std::memcpy(&size, bytes->data(), sizeof size);
  return worker->take(size);
}

}  // namespace

void spread(std::size_t count, const SpreadOptions& options, const SpreadMake& make, const SpreadTake& take) {
  const std::size_t warm = std::min(count, options.warmUp), rest = count - warm;
  for (std::size_t i = 0; i < warm; ++i)
    if (!take(i, std::nullopt)) return;
  const std::size_t most = rest / std::max<std::size_t>(options.leastPerWorker, 1);
  const std::size_t parts = std::max<std::size_t>(std::min<std::size_t>(options.workers, most), 1);
  const std::size_t block = std::clamp<std::size_t>(rest / (parts * kBlocksForEach), 1, kMostInBlock);
  const auto partOf = [&](std::size_t i) { return (i - warm) / block % parts; };
  std::vector<Result<Worker>> workers;
  for (std::size_t part = 1; part < parts; ++part)
    workers.push_back(Worker::start([&](const Worker::Send& send) {
      for (std::size_t begin = warm + part * block; begin < count; begin += parts * block) {
        std::string results;
        for (std::size_t i = begin; i < std::min(begin + block, count); ++i) append(results, make(i));
        if (!send(results)) return;
      }
    }));
  for (std::size_t i = warm; i < count; ++i) {
    const std::size_t part = partOf(i);
    const auto result = part == 0 ? std::nullopt : next(workers[part - 1]);
    if (!take(i, result ? std::optional<std::string_view>(*result) : std::nullopt)) return;
  }
}

}  // namespace fleetd::process
