// The record of a change to a password store: what is read is written the same, and names nothing outside of the store.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/vars/store/pass_record.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fleetd::vars;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto steps = readPassRecord(text);
  if (!steps) return 0;
  for (const auto& step : *steps)
    if (!isStorePath("vars/" + step.id) || step.id.starts_with("../") || step.id.find("/../") != std::string::npos ||
        step.id.find('\n') != std::string::npos)
      std::abort();
  if (writePassRecord(*steps) != text) std::abort();
  return 0;
}
