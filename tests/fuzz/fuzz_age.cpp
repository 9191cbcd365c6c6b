// age and sops files, key files and declarations: whatever comes in, decoding ends with a value or an error. What is
// opened was sealed for the key, which nobody can guess, so nothing may ever open.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <fleet/cxx/value_codec.hpp>

#include "plugins/vars/age/age.hpp"
#include "plugins/vars/graph/declaration.hpp"
#include "plugins/vars/sops/binary_file.hpp"

namespace {

const fleetd::vars::age::Identity& identity() {
  static auto made = fleetd::vars::age::generateIdentity();
  if (!made) std::abort();
  return *made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fleetd::vars;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      if (age::decrypt(text, {&identity(), 1})) std::abort();
      break;
    case 1:
      if (sops::decryptFile(text, {&identity(), 1})) std::abort();
      static_cast<void>(sops::recipientsOf(text));
      break;
    case 2: static_cast<void>(age::parseIdentityFile(text)); break;
    case 3:
      if (const auto recipient = age::parseRecipient(text); recipient && recipient->text.empty()) std::abort();
      break;
    case 4:
      if (const auto value = fleet::parseValue(text)) static_cast<void>(readDeclarations(*value));
      break;
    default: break;
  }
  return 0;
}
