// prescan: looks over a msgpack document before anything decodes it, so that decoding cannot be made to waste
// memory or stack.
#pragma once
#include <cstddef>
#include <string_view>

#include "kernel/base/result.hpp"
#include "kernel/bus/limits.hpp"

namespace fleetd::bus {

struct ScanStats {
  std::size_t nodes = 0;  // values, map keys included
  std::size_t depth = 0;  // the deepest nesting; a scalar has 1
};

// One document that fills `bytes`. Every claimed count and length is compared with the bytes that are left,
// all open counts together; the structured extension values are entered. Constant memory, linear time.
// Errors: FL0310 malformed, FL0311 limits.
Result<ScanStats> prescan(std::string_view bytes, const ScanLimits& limits = {});

}  // namespace fleetd::bus
