// Files of sops: nothing opens that was not sealed for the key, and whose they are is told without opening them.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/vars/sops/binary_file.hpp"
#include "plugins/vars/sops/sealed_value.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fleetd::vars;
  static const auto identity = age::generateIdentity();
  static const std::uint8_t key[32] = {1, 2, 3};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!identity || sops::decryptFile(text, {&*identity, 1})) std::abort();
  static_cast<void>(sops::recipientsOf(text));
  if (!text.empty() && sops::openValue(key, text, "data:")) std::abort();
  return 0;
}
