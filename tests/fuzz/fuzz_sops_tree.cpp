// Files of sops with many values, in their three forms: nothing opens that was not sealed for the key.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/vars/sops/tree_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fleetd::vars;
  static const auto identity = age::generateIdentity();
  if (size == 0 || !identity) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto format = static_cast<sops::Format>(data[0] % 3);
  if (sops::openTree(text, format, {&*identity, 1})) std::abort();
  return 0;
}
