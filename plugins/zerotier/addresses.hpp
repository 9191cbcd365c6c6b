// Addresses that are chosen rather than derived: pools, routes, what members are given, name servers.
#pragma once
#include <fleet/cxx/result.hpp>

#include "plugins/zerotier/settings.hpp"

namespace zerotier {

// A controller drops what it cannot use without a word, so it is said here. Errors: ZT14 what no route covers, ZT18 no
// address, ZT19 an address twice, ZT20 a pool that is none, ZT21 name servers that cannot be told.
fleet::Result<void> checkAddresses(const ControllerSettings& settings);

}  // namespace zerotier
