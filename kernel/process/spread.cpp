// Giving items to workers and their results back in order.
#include "kernel/process/spread.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "kernel/process/worker.hpp"

namespace fleetd::process {

namespace {

constexpr std::size_t kPiece = 256 << 10;  // bytes a worker collects before it sends them

void append(std::string& out, std::string_view result) {
  const std::uint64_t size = result.size();
  char bytes[sizeof size];
  std::memcpy(bytes, &size, sizeof size);
  out.append(bytes, sizeof size).append(result);
}

// The next result, or nothing when there is no whole one.
std::optional<std::string_view> next(std::string_view& in) {
  std::uint64_t size = 0;
  if (in.size() < sizeof size) return std::nullopt;
  std::memcpy(&size, in.data(), sizeof size);
  if (size > in.size() - sizeof size) return std::nullopt;
  const auto out = in.substr(sizeof size, size);
  in.remove_prefix(sizeof size + size);
  return out;
}

}  // namespace

void spread(std::size_t count, const SpreadOptions& options, const SpreadMake& make, const SpreadTake& take) {
  const auto here = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      if (!take(i, std::nullopt)) return false;
    return true;
  };
  const std::size_t warm = std::min(count, options.warmUp), rest = count - warm;
  if (!here(0, warm)) return;
  const std::size_t most = rest / std::max<std::size_t>(options.leastPerWorker, 1);
  const std::size_t parts = std::max<std::size_t>(std::min<std::size_t>(options.workers, most), 1);
  const auto begins = [&](std::size_t part) { return warm + rest * part / parts; };
  std::vector<Result<Worker>> workers;
  for (std::size_t part = 1; part < parts; ++part)
    workers.push_back(Worker::start([&](const Worker::Send& send) {
      std::string piece;
      for (std::size_t i = begins(part); i < begins(part + 1); ++i) {
        append(piece, make(i));
        if (piece.size() >= kPiece && !send(std::exchange(piece, {}))) return;
      }
      send(piece);
    }));
  if (!here(begins(0), begins(1))) return;
  for (std::size_t part = 1; part < parts; ++part) {
    auto& worker = workers[part - 1];
    const auto sent = worker.ok() ? worker->finish() : Result<std::string>(worker.error());
    std::string_view left = sent.ok() ? std::string_view(*sent) : std::string_view();
    for (std::size_t i = begins(part); i < begins(part + 1); ++i)
      if (!take(i, next(left))) return;
  }
}

}  // namespace fleetd::process
