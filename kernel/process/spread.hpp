// Spread: the same work for many items on several processors, in copies of this process (see worker.hpp).
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace fleetd::process {

struct SpreadOptions {
  unsigned workers = 1;            // processes that work at once, this one included
  std::size_t warmUp = 0;          // items done here first, so that all workers have what most of them need
  std::size_t leastPerWorker = 1;  // fewer are not worth a process
};

// The result of one item as bytes; on a worker, or here before its turn while a worker has one that comes first.
using SpreadMake = std::function<std::string(std::size_t item)>;
// Each item once and in order, here. Without a result, which a worker that ended early did not make, it is done here.
// False ends the whole.
using SpreadTake = std::function<bool(std::size_t item, std::optional<std::string_view> result)>;

void spread(std::size_t count, const SpreadOptions& options, const SpreadMake& make, const SpreadTake& take);

}  // namespace fleetd::process
