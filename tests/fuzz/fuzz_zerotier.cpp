// ZeroTier's identities, ids, addresses, endpoints, moons and worlds: what is read is written back the same, and
// nothing else happens.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/common/zerotier/ip.hpp"
#include "plugins/common/zerotier/moon_file.hpp"
#include "plugins/common/zerotier/world.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fleetd::zerotier;
  if (size == 0) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 10) {
    case 0:
      if (const auto identity = parseIdentity(text)) {
        if (text.ends_with('\n')) text.remove_suffix(1);
        if (!identity->hasSecret() && identity->publicText() != text) std::abort();
        if (identity->hasSecret() && identity->secretText()->text() != text) std::abort();
      }
      break;
    case 1:
      if (const auto address = parseAddress(text); address && address->text() != text) std::abort();
      break;
    case 2:
      if (const auto id = parseNetworkId(text); id && id->text() != text) std::abort();
      break;
    case 3:
      if (const auto ip = parseIp6(text); ip && parseIp6(ip6Text(*ip)) != ip) std::abort();
      break;
    case 4:
      if (const auto endpoint = parseEndpoint(text); endpoint && endpoint->port == 0) std::abort();
      break;
    case 5:
      if (const auto ip = parseIp(text); ip && parseIp(ip->text()) != ip) std::abort();
      break;
    case 6:
      if (const auto net = parseSubnet(text)) {
        if (!net->contains(net->ip) || !net->contains(net->first())) std::abort();
        if (parseSubnet(net->text())->text() != net->text()) std::abort();
      }
      break;
    case 7: static_cast<void>(readMoonFile(text)); break;
    case 8:
      if (const auto bytes = worldBytes(text);
          bytes && worldText(*bytes) != (text.ends_with('\n') ? text.substr(0, text.size() - 1) : text))
        std::abort();
      break;
    case 9: static_cast<void>(decodeWorld({data + 1, size - 1})); break;
    default: break;
  }
  return 0;
}
