// Address: where a host is reached by ssh.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::deploy {

// A host on the way whose name only the fleet knows.
struct Hop {
  std::string name;  // as the option ProxyJump has it
  std::string user, host;
  unsigned port = 0;
  std::vector<std::pair<std::string, std::string>> options;
};

struct Address {
  std::string user = "root";
  std::string host;                                          // a name or an address, without brackets
  unsigned port = 0;                                         // 0: what ssh takes by itself
  std::vector<std::pair<std::string, std::string>> options;  // of ssh_config, as given
  std::vector<Hop> hops = {};                                // among those of ProxyJump
  bool tor = false;                                          // reached through Tor only

  // "root@web.example.org:2222"
  std::string text() const;
  // The value of an option, or null. Names of options have no case.
  const std::string* option(std::string_view name) const;
  // Whether only ssh itself can tell if it is reached: through another host, a proxy, or Tor.
  bool indirect() const;
  // For `nix copy`: "root@[2001:db8::1]"
  std::string authority() const;
};

// Reads `[ssh://][user@]host[:port][?Option=Value[&Option=Value…]]`. Nothing in it can become an option of a program: a
// leading '-', blanks and control characters are refused. Error FL0814.
Result<Address> parseAddress(std::string_view text);

}  // namespace fleetd::deploy
