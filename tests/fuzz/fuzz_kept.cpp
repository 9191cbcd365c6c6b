// What a plugin that keeps secrets answers: as many values as were asked for or none, and nothing opens that was not
// sealed for the key.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "kernel/plugin/documents.hpp"
#include "plugins/vars/age/age.hpp"
#include "plugins/vars/kept.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fleetd;
  namespace age = vars::age;
  static const auto identity = age::generateIdentity();
  static const plugin::Manifest manifest{};
  if (size == 0 || !identity) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t count = data[0] % 4;
  if (const auto sealed = plugin::decodeSealed(manifest, text, count)) {
    if (sealed->size() != count) std::abort();
    for (const auto& one : *sealed)
      if (one.empty() || age::decrypt(one, {&*identity, 1})) std::abort();
  }
  if (const auto bytes = vars::unpackSealed(std::string(text)); bytes && age::decrypt(*bytes, {&*identity, 1}))
    std::abort();
  return 0;
}
