// Records and exports.
#include "plugins/zerotier/overlay.hpp"

namespace zerotier {

namespace {

namespace formats = fleetd::zerotier;

constexpr std::int64_t kMtu = 2800, kRecipients = 32;

fleet::Attrs exported(NetworkId id, const Node& node) {
  fleet::List addresses{formats::ip6Text(formats::rfc4193(id, node.address))};
  for (const auto& ip : node.more) addresses.push_back(ip);
  fleet::Attrs out{{"addresses", addresses},
                   {"id", node.address.text()},
                   {"machine", node.isMachine},
                   {"pinned", fleet::toValue(node.more)}};
  if (!node.name.empty()) out.set("name", node.name);
  if (!node.user.empty()) out.set("user", node.user);
  if (node.port != 0) out.set("port", node.port);
  return out;
}

}  // namespace

fleet::Value recordOf(const Network& network, NetworkId id, const ControllerSettings& settings) {
  fleet::List pools, routes;
  for (const Pool& pool : settings.pools)
    pools.push_back(fleet::Attrs{{"ipRangeEnd", pool.end}, {"ipRangeStart", pool.start}});
  for (const Route& route : settings.routes)
    routes.push_back(
        fleet::Attrs{{"target", route.target}, {"via", route.via ? fleet::Value(*route.via) : fleet::Value()}});
  fleet::Attrs dns;
  if (!settings.dns.domain.empty())
    dns = {{"domain", settings.dns.domain}, {"servers", fleet::toValue(settings.dns.servers)}};
  return fleet::Attrs{{"authTokens", fleet::List{fleet::Value()}},
                      {"capabilities", fleet::List{}},
                      {"dns", dns},
                      {"enableBroadcast", true},
                      {"id", id.text()},
                      {"ipAssignmentPools", pools},
                      {"mtu", kMtu},
                      {"multicastLimit", kRecipients},
                      {"name", network.instance},
                      {"nwid", id.text()},
                      {"objtype", "network"},
                      {"private", !settings.isPublic},
                      {"routes", routes},
                      {"rules", fleet::List{fleet::Attrs{{"not", false}, {"or", false}, {"type", "ACTION_ACCEPT"}}}},
                      {"tags", fleet::List{}},
                      {"v4AssignMode", fleet::Attrs{{"zt", !settings.pools.empty()}}},
                      {"v6AssignMode", fleet::Attrs{{"6plane", false}, {"rfc4193", true}, {"zt", false}}}};
}

fleet::Value membersOf(const std::vector<Node>& nodes) {
  fleet::List out;
  for (const Node& node : nodes) {
    fleet::Attrs member{{"authorized", true}, {"id", node.address.text()}};
    if (!node.name.empty()) member.set("name", node.name);
    if (!node.more.empty()) member.set("ipAssignments", fleet::toValue(node.more));
    out.push_back(std::move(member));
  }
  return out;
}

fleet::Value overlayOf(const Network& network) {
  fleet::Attrs out{{"kind", "zerotier"}, {"members", fleet::List{}}};
  // Of two, nobody knows which.
  if (network.machines("controller").size() == 1) out.set("controller", network.controller());
  const auto settings = network.settings();
  if (!settings) return out;
  out.set("domain", network.domain(*settings));
  out.set("revoke", settings->revoke);
  const auto id = network.id();
  if (!id || !*id) return out;
  const auto nodes = network.nodes(**id, *settings);
  if (!nodes) return out;
  fleet::List members;
  for (const Node& node : *nodes) members.push_back(exported(**id, node));
  out.set("id", (*id)->text());
  out.set("interface", formats::interfaceOf(**id));
  out.set("members", std::move(members));
  out.set("record", recordOf(network, **id, *settings));
  return out;
}

}  // namespace zerotier
