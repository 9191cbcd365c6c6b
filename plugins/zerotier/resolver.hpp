// Name servers that members are told of: that they are asked is said on each host, since the daemon does nothing on
// Linux and asks for a permission on macOS.
#pragma once
#include <fleet/cxx/contribution.hpp>
#include <fleet/cxx/view.hpp>

#include "plugins/zerotier/nodes.hpp"

namespace zerotier {

// What a host with systemd-networkd says of interfaces called `name`.
void addLink(const std::string& unit, const std::string& name, fleet::Contribution& out);
// NixOS: systemd-resolved, told by networkd or, without it, by a unit; otherwise dnsmasq; otherwise a warning of the
// system. macOS: a file of /etc/resolver.
void addResolver(const Network& network, NetworkId id, const Dns& dns, const fleet::HostView& host,
                 fleet::Contribution& out);

}  // namespace zerotier
