// Files that hold keys: identities, OpenSSH keys, recipients, key.json. What is read as an age key is written the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/vars/age/keys.hpp"
#include "plugins/vars/age/ssh_key.hpp"
#include "plugins/vars/store/keys.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fleetd::vars;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      if (const auto identities = age::parseIdentityFile(text))
        for (const auto& one : *identities) {
          if (one.kind != age::KeyKind::X25519) continue;
          const auto written = age::identityText(one);
          if (!written || text.find(written->text()) == std::string_view::npos) std::abort();
        }
      break;
    case 1:
      if (const auto recipient = age::parseRecipient(text)) {
        const auto again = age::parseRecipient(recipient->text);
        if (!again || again->text != recipient->text || again->kind != recipient->kind) std::abort();
      }
      break;
    case 2: static_cast<void>(age::readSshPrivateKey(text)); break;
    case 3:
      if (const auto keys = parseKeyJson(text, "key.json"); keys && keys->empty()) std::abort();
      break;
    default: break;
  }
  return 0;
}
