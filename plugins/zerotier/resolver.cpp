// Each way of a NixOS host to ask other servers for one domain only.
#include "plugins/zerotier/resolver.hpp"

#include <fleet/cxx/plugin.hpp>

namespace zerotier {

namespace {

constexpr const char *kResolved = "services.resolved.enable", *kNetworkd = "systemd.network.enable",
                     *kDnsmasq = "services.dnsmasq.enable";

// Started with the interface, which the daemon makes, and again whenever it comes back.
void byUnit(const Network& network, const std::string& interface, const Dns& dns, fleet::Contribution& out) {
  const std::string device = "sys-subsystem-net-devices-" + interface + ".device";
  const auto rule = out.when(fleet::isTrue(kResolved) && !fleet::isTrue(kNetworkd));
  const auto of = [&](const char* option) {
    return fleet::at("systemd.services", {"zerotier-resolver-" + network.instance, option});
  };
  std::string servers;
  for (const auto& server : dns.servers) servers += " " + server;
  rule.set(of("description"), "Name servers of the ZeroTier network " + network.instance);
  rule.set(of("after"), fleet::List{device, "systemd-resolved.service"});
  rule.set(of("bindsTo"), fleet::List{device});
  rule.set(of("partOf"), fleet::List{"systemd-resolved.service"});
  rule.set(of("wantedBy"), fleet::List{device, "systemd-resolved.service"});
  rule.set(of("path"), fleet::List{fleet::ref("systemd.package")});
  rule.set(of("script"),
           "resolvectl dns " + interface + servers + "\nresolvectl domain " + interface + " '~" + dns.domain + "'\n");
  rule.set(of("serviceConfig"), fleet::Attrs{{"RemainAfterExit", true}, {"Type", "oneshot"}});
}

void onNixos(const Network& network, NetworkId id, const Dns& dns, fleet::Contribution& out) {
  const std::string interface = fleetd::zerotier::interfaceOf(id);
  // The first unit that fits an interface is the one: before the one of all networks.
  const std::string unit = "08-zerotier-" + network.instance;
  addLink(unit, interface, out);
  out.set(fleet::at("systemd.network.networks", {unit, "dns"}), dns.servers);
  out.set(fleet::at("systemd.network.networks", {unit, "domains"}), fleet::List{"~" + dns.domain});
  byUnit(network, interface, dns, out);
  fleet::List forwards;
  for (const auto& server : dns.servers) forwards.push_back("/" + dns.domain + "/" + server);
  const auto none = !fleet::isTrue(kResolved);
  out.when(none && fleet::isTrue(kDnsmasq)).set("services.dnsmasq.settings.server", forwards);
  out.when(none && !fleet::isTrue(kDnsmasq))
      .set("warnings",
           fleet::List{"Nobody on this host asks the name servers of the ZeroTier network " + network.instance +
                       " for " + dns.domain + ": enable services.resolved or services.dnsmasq."});
}

}  // namespace

void addLink(const std::string& unit, const std::string& name, fleet::Contribution& out) {
  out.set(fleet::at("systemd.network.networks", {unit, "matchConfig"}), fleet::Attrs{{"Name", name}});
  out.set(fleet::at("systemd.network.networks", {unit, "networkConfig"}),
          fleet::Attrs{{"KeepConfiguration", "static"}, {"LLDP", true}, {"MulticastDNS", true}});
}

void addResolver(const Network& network, NetworkId id, const Dns& dns, const fleet::HostView& host,
                 fleet::Contribution& out) {
  if (dns.domain.empty() || dns.servers.empty()) return;
  if (host.hostClass != "darwin") return onNixos(network, id, dns, out);
  std::string servers;
  for (const auto& server : dns.servers) servers += "nameserver " + server + "\n";
  out.set(fleet::at("environment.etc", {"resolver/" + dns.domain, "text"}), servers);
}

}  // namespace zerotier
