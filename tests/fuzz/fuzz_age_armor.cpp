// The armor of age files: what is taken off can be put on again, and is the same then.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/vars/age/age.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fleetd::vars::age;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto binary = unarmor(text)) {
    const auto again = unarmor(armor(*binary));
    if (!again || *again != *binary) std::abort();
  }
  const auto whole = unarmor(armor(text));
  if (!whole || *whole != text) std::abort();
  return 0;
}
