// Whole age files: whatever comes in, decoding ends with a value or an error. What is opened was sealed for the key,
// which nobody can guess, so nothing may ever open. What is a header is written again as it was.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/vars/age/age.hpp"
#include "plugins/vars/age/passphrase.hpp"

namespace {

const fleetd::vars::age::Identity& identity() {
  static auto made = fleetd::vars::age::generateIdentity();
  if (!made) std::abort();
  return *made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fleetd::vars::age;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (decrypt(text, {&identity(), 1})) std::abort();
  static_cast<void>(wantsPassphrase(text));
  if (const auto header = parseHeader(text)) {
    std::string again = "age-encryption.org/v1\n";
    for (const auto& stanza : header->stanzas) appendStanza(again, stanza);
    if (again + "---" != header->covered || header->size > size) std::abort();
  }
  return 0;
}
