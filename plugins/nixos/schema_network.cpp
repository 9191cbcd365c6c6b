// networking.* and the SSH server.
#include "plugins/nixos/schema.hpp"

namespace nixos {

namespace {

using namespace platform;

// NixOS sorts ports and drops repeated ones.
constexpr const char* kPorts = "ports: lib.unique (builtins.sort builtins.lessThan ports)";

void declareFirewall(Declare& out, const std::string& below) {
  const auto at = [&](const char* name) { return below + "." + name; };
  out.lists(at("allowedTCPPorts"), port(), "TCP ports that are open.").apply(kPorts);
  out.lists(at("allowedUDPPorts"), port(), "UDP ports that are open.").apply(kPorts);
  out.lists(at("allowedTCPPortRanges"), map(port()), "Ranges of TCP ports that are open.");
  out.lists(at("allowedUDPPortRanges"), map(port()), "Ranges of UDP ports that are open.");
}

}  // namespace

void declareNetwork(Declare& out) {
  out.add("networking.hostName", str("^$|^[[:alnum:]]([[:alnum:]_-]{0,61}[[:alnum:]])?$"),
          "Name of the host, without domain.");
  out.optional("networking.domain", str(), "Domain of the host.");
  out.optional("networking.hostId", str(), "Number of the host in eight hexadecimal digits.");
  out.lists("networking.search", str(), "Domains that short names are looked up in.");
  out.lists("networking.nameservers", str(), "Addresses of name servers.");
  out.flag("networking.useDHCP", true, "Whether interfaces without a setting get an address by DHCP.");
  out.flag("networking.useNetworkd", false, "Whether systemd-networkd configures the network.");
  out.flag("networking.nftables.enable", false, "Whether the firewall uses nftables.");
  out.maps("networking.hosts", list(str()), "Names by address, for /etc/hosts.");
  out.text("networking.extraHosts", "Lines of /etc/hosts.");
  out.entries("networking.interfaces", {}, "Network interfaces.");

  out.flag("networking.firewall.enable", true, "Whether there is a firewall.");
  out.flag("networking.firewall.allowPing", true, "Whether the host answers to ping.");
  out.lists("networking.firewall.trustedInterfaces", str(), "Interfaces from which everything is accepted.");
  declareFirewall(out, "networking.firewall");
  Declare interface;
  declareFirewall(interface, "f");
  auto options = interface.take();
  for (auto& option : options) option.path.erase(option.path.begin());
  out.entries("networking.firewall.interfaces", std::move(options), "What is open on single interfaces.");

  out.flag("services.openssh.enable", false, "Whether the SSH server runs.");
  out.flag("services.openssh.startWhenNeeded", false, "Whether it starts with the first connection.");
  out.flag("services.openssh.openFirewall", true, "Whether its ports are open.");
  out.add("services.openssh.ports", list(port()), List{22}, "Its ports.");
  out.add("services.openssh.settings", open(), Attrs{}, "Settings of sshd_config.");
  out.text("services.openssh.extraConfig", "Lines of sshd_config.");
  out.add("services.openssh.hostKeys", list(open()), "Host keys that are made and used.");
  out.add("services.openssh.authorizedKeysFiles", list(str()), "Files with keys of users.");
}

}  // namespace nixos
