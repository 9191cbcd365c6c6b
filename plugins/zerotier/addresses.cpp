// Looking at addresses before a controller does.
#include "plugins/zerotier/addresses.hpp"

#include "plugins/common/zerotier/identity.hpp"
#include "plugins/common/zerotier/ip.hpp"
#include "plugins/zerotier/nodes.hpp"

namespace zerotier {

namespace {

using fleetd::zerotier::Ip;
using fleetd::zerotier::parseIp;
using fleetd::zerotier::parseSubnet;
using fleetd::zerotier::shown;
using fleetd::zerotier::Subnet;

constexpr std::size_t kMostServers = 4, kMostRoutes = 128, kMostAddresses = 32;

fleet::Result<Ip> ipFrom(const std::string& text, const std::string& path) {
  if (const auto ip = parseIp(text)) return *ip;
  return problem("ZT18", path, shown(text) + " is no address",
                 text.find('/') == std::string::npos ? "addresses look like 10.147.17.9 or fd00::9"
                                                     : "leave the prefix out: the route has it");
}

fleet::Result<std::vector<Subnet>> routesOf(const ControllerSettings& settings) {
  std::vector<Subnet> out;
  if (settings.routes.size() > kMostRoutes)
    return problem("ZT18", "routes", "members are told of 128 routes at most",
                   std::to_string(settings.routes.size()) + " are declared");
  for (const Route& route : settings.routes) {
    const auto target = parseSubnet(route.target);
    if (!target)
      return problem("ZT18", "routes", shown(route.target) + " is no target of a route",
                     "targets are an address and the length of a prefix: 10.147.17.0/24");
    if (target->first() != target->ip)
      return problem("ZT18", "routes", shown(route.target) + " says more than its prefix",
                     "write " + Subnet{target->first(), target->length}.text());
    if (route.via) {
      FLEET_TRY_ASSIGN(const auto via, ipFrom(*route.via, "routes"));
      if (via.isFour != target->ip.isFour)
        return problem("ZT18", "routes", route.target + " cannot be reached through " + *route.via,
                       "both are of one family");
    }
    out.push_back(*target);
  }
  return out;
}

// The route that a controller would take the address' prefix from.
bool covered(const std::vector<Subnet>& routes, const Ip& ip) {
  for (const Subnet& route : routes)
    if (route.contains(ip)) return true;
  return false;
}

fleet::Error outside(const std::string& path, const std::string& what, const std::vector<Subnet>& routes) {
  std::string targets;
  for (const Subnet& route : routes) targets += (targets.empty() ? "" : ", ") + route.text();
  return problem("ZT14", path, "no route covers " + what + ", and the controller would not give it out",
                 targets.empty() ? "add a route whose target holds it: { target = \"10.147.17.0/24\"; }"
                                 : "the routes are " + targets);
}

fleet::Result<void> checkPools(const ControllerSettings& settings, const std::vector<Subnet>& routes) {
  for (const Pool& pool : settings.pools) {
    FLEET_TRY_ASSIGN(const auto start, ipFrom(pool.start, "pools"));
    FLEET_TRY_ASSIGN(const auto end, ipFrom(pool.end, "pools"));
    const std::string what = "the pool " + pool.start + "-" + pool.end;
    if (start.isFour != end.isFour) return problem("ZT20", "pools", what + " begins and ends in two families");
    if (!(start < end))
      return problem("ZT20", "pools", what + " holds no address", "its last address is not given out");
    bool inOne = false;
    for (const Subnet& route : routes) inOne = inOne || (route.contains(start) && route.contains(end));
    if (!inOne) return outside("pools", what, routes);
  }
  return {};
}

class Pinned {
 public:
  explicit Pinned(const std::vector<Subnet>& routes) : routes_(routes) {}

  fleet::Result<void> add(const std::string& path, const std::vector<std::string>& addresses) {
    if (addresses.size() > kMostAddresses)
      return problem("ZT18", path, "a member has 32 addresses at most",
                     std::to_string(addresses.size()) + " are declared");
    for (const std::string& text : addresses) {
      FLEET_TRY_ASSIGN(const auto ip, ipFrom(text, path));
      if (!covered(routes_, ip)) return outside(path, text, routes_);
      if (const auto [at, isNew] = owners_.emplace(ip, path); !isNew)
        return problem("ZT19", path, text + " is given out twice, here and by " + at->second,
                       "an address belongs to one member");
    }
    return {};
  }

 private:
  const std::vector<Subnet>& routes_;
  std::map<Ip, std::string> owners_;
};

fleet::Result<void> checkDns(const Dns& dns) {
  if (dns.servers.size() > kMostServers)
    return problem("ZT21", "dns.servers", "members are told of four name servers at most",
                   std::to_string(dns.servers.size()) + " are declared");
  if (!dns.servers.empty() && dns.domain.empty())
    return problem("ZT21", "dns.domain", "the name servers have no domain", "say what they know: domain = \"mesh\";");
  if (dns.servers.empty() && !dns.domain.empty())
    return problem("ZT21", "dns.servers", "nobody knows the domain " + shown(dns.domain),
                   "name the servers: servers = [ \"10.147.17.1\" ];");
  for (const char c : dns.domain)
    if (c <= ' ' || c == '/' || c == '"' || c == '\\')
      return problem("ZT21", "dns.domain", shown(dns.domain) + " is no domain");
  for (const std::string& server : dns.servers) FLEET_TRY(ipFrom(server, "dns.servers"));
  return {};
}

}  // namespace

fleet::Result<void> checkAddresses(const ControllerSettings& settings) {
  FLEET_TRY_ASSIGN(const auto routes, routesOf(settings));
  FLEET_TRY(checkPools(settings, routes));
  Pinned pinned(routes);
  for (const auto& [machine, addresses] : settings.addresses) FLEET_TRY(pinned.add("addresses." + machine, addresses));
  for (const auto& [name, device] : settings.externalMembers)
    FLEET_TRY(pinned.add("externalMembers." + name, device.addresses));
  return checkDns(settings.dns);
}

}  // namespace zerotier
