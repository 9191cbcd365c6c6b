// The JSON reader: what it accepts must survive a round trip through the writer.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "kernel/base/json.hpp"
#include "kernel/base/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fleetd::base;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  JsonLimits limits;
  limits.maxDepth = 64;
  std::size_t failedAt = 0;
  const auto json = parseJson(text, limits, &failedAt);
  if (!json) {
    if (failedAt > size || json.error().message.empty()) std::abort();
    return 0;
  }
  const std::string written = toJsonText(*json);
  const auto again = parseJson(written, limits);
  if (!again || !(*again == *json) || invalidUtf8At(written)) std::abort();
  return 0;
}
