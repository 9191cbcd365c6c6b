// Lists of recipients, and how many keys a file is for: a list that is written is read the same, whatever its order.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/vars/age/age.hpp"
#include "plugins/vars/store/recipient_list.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fleetd::vars;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    const auto list = readRecipientList(text);
    for (const auto& one : list) {
      if (one.empty() || trimmed(one) != one || one.find('\n') != std::string::npos) std::abort();
      static_cast<void>(age::parseRecipient(one));
    }
    if (readRecipientList(recipientListText(list)) != list) std::abort();
    return 0;
  }
  if (const auto count = countRecipients(text); count && *count > size) std::abort();
  return 0;
}
