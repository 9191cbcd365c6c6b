// Reading members out of settings and variables.
#include "plugins/zerotier/nodes.hpp"

#include <map>

#include <fleet/cxx/names.hpp>

#include "plugins/common/zerotier/world.hpp"

namespace zerotier {

namespace {

namespace formats = fleetd::zerotier;

fleet::Result<Address> idFrom(const std::string& text, const std::string& path) {
  auto address = formats::parseAddress(text);
  if (!address) return problem("ZT11", path, address.error().message, address.error().hint);
  return *address;
}

fleet::Result<Address> nodeFrom(NetworkId id, const std::string& text, const std::string& path) {
  const auto ip = formats::parseIp6(text);
  const auto node = ip ? formats::nodeOf(id, *ip) : std::nullopt;
  if (node) return *node;
  const std::string example = formats::ip6Text(formats::rfc4193(id, {0x0123456789}));
  return problem("ZT11", path, formats::shown(text) + " is no address in the network " + id.text(),
                 "addresses look like " + example + ": the last ten digits are the node's");
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

fleet::Error problem(const char* code, std::string path, std::string message, std::string hint) {
  return {FLEET_E_SCHEMA, code, std::move(path), std::move(message), std::move(hint), 0};
}

std::set<std::string> Network::machines() const {
  std::set<std::string> out;
  for (const auto& [role, members] : view.roles)
    for (const auto& [machine, settings] : members.machines) out.insert(machine);
  return out;
}

std::set<std::string> Network::machines(const char* role) const {
  std::set<std::string> out;
  if (const auto found = view.roles.find(role); found != view.roles.end())
    for (const auto& [machine, settings] : found->second.machines) out.insert(machine);
  return out;
}

std::string Network::controller() const {
  const auto all = machines("controller");
  return all.empty() ? std::string() : *all.begin();
}

fleet::Result<ControllerSettings> Network::settings() const {
  const auto found = view.roles.find("controller");
  if (found == view.roles.end() || found->second.machines.empty()) return ControllerSettings{};
  const fleet::Value& value = found->second.machines.begin()->second;
  if (value.isNil()) return ControllerSettings{};
  return fleet::read<ControllerSettings>(value);
}

fleet::Result<std::optional<NetworkId>> Network::id() const {
  const auto* text = fleet::publicValueOf(fleet, {}, networkOf(instance), "network-id");
  if (!text) return std::optional<NetworkId>();
  const auto parsed = formats::parseNetworkId(trimmed(*text));
  if (!parsed)
    return problem("ZT10", {}, "the value network-id of " + networkOf(instance) + ": " + parsed.error().message,
                   "restore vars/shared/" + networkOf(instance) + " from the repository's history");
  return std::optional(*parsed);
}

fleet::Result<std::optional<Address>> Network::nodeOf(NetworkId id, const std::string& machine) const {
  const std::string generator = zerotier::addressOf(machine, instance);
  const auto* text = fleet::publicValueOf(fleet, {}, generator, "ip");
  if (!text) return std::optional<Address>();
  const auto ip = formats::parseIp6(trimmed(*text));
  const auto node = ip ? formats::nodeOf(id, *ip) : std::nullopt;
  if (!node)
    return problem("ZT10", {}, "the value ip of " + generator + " is no address in the network " + id.text(),
                   "run `fleetd vars generate -r -g " + generator + "`");
  return std::optional(*node);
}

fleet::Result<std::optional<MoonWorld>> Network::worldOf(const Node& moon) const {
  const std::string generator = zerotier::worldOf(moon.name);
  const auto* text = fleet::publicValueOf(fleet, {}, generator, "moon");
  if (!text) return std::optional<MoonWorld>();
  const auto unusable = [&](const std::string& why) {
    return problem("ZT10", {}, "the value moon of " + generator + ": " + why,
                   "run `fleetd vars generate -r -g " + generator + "`");
  };
  const auto bytes = formats::worldBytes(*text);
  const auto world = bytes ? formats::decodeWorld(*bytes) : fleet::Result<formats::SignedWorld>(bytes.error());
  if (!world) return unusable(world.error().message);
  if (world->world.kind != formats::WorldKind::Moon || world->world.id != moon.address.bits)
    return unusable("it is not the moon " + moon.address.text());
  MoonWorld out{formats::worldText(*bytes), {}};
  formats::addHex(out.key, world->key);
  return std::optional(std::move(out));
}

fleet::Result<std::vector<Node>> Network::nodes(NetworkId id, const ControllerSettings& settings) const {
  std::vector<Node> out;
  std::set<Address> known;
  for (const auto& machine : machines()) {
    FLEET_TRY_ASSIGN(const auto node, nodeOf(id, machine));
    if (!node) continue;
    Node& added = out.emplace_back();
    added.name = machine;
    added.address = *node;
    added.isMachine = true;
    if (const auto more = settings.addresses.find(machine); more != settings.addresses.end()) added.more = more->second;
    known.insert(*node);
  }
  for (const auto& [name, device] : settings.externalMembers) {
    const std::string path = "externalMembers." + name;
    if (device.id.has_value() == device.ip.has_value())
      return problem("ZT15", path, name + " needs an id or an address, and not both",
                     "`zerotier-cli info` on the device shows its ten digits");
    Node node;
    node.name = name;
    node.more = device.addresses;
    node.user = device.user.value_or("");
    node.port = device.port ? device.port->value : 0;
    if (device.id) {
      FLEET_TRY_ASSIGN(node.address, idFrom(*device.id, path + ".id"));
    } else {
      FLEET_TRY_ASSIGN(node.address, nodeFrom(id, *device.ip, path + ".ip"));
    }
    known.insert(node.address);
    out.push_back(std::move(node));
  }
  const auto addOther = [&](Address address) {
    if (known.insert(address).second) out.emplace_back().address = address;
  };
  for (const auto& ip : settings.allowedIps) {
    FLEET_TRY_ASSIGN(const auto address, nodeFrom(id, ip, "allowedIps"));
    addOther(address);
  }
  for (const auto& text : settings.allowedIds) {
    FLEET_TRY_ASSIGN(const auto address, idFrom(text, "allowedIds"));
    addOther(address);
  }
  return out;
}

// Names end up in /etc/hosts, zones and configurations of ssh.
static fleet::Result<void> checkNames(const Network& network, const ControllerSettings& settings) {
  const std::string domain = network.domain(settings);
  if (!fleet::detail::isName(domain))
    return problem("ZT23", "domain", formats::shown(domain) + " is no domain",
                   "names of machines end in it: letters, digits, `-` and `.`; set `domain` of the controller");
  for (const auto& [name, device] : settings.externalMembers) {
    const std::string path = "externalMembers." + name;
    if (!fleet::detail::isName(name) || name.find('.') != std::string::npos || name.size() > 63)
      return problem("ZT23", path, formats::shown(name) + " is no name of a device",
                     "a name has letters, digits and `-`, 63 at most");
    if (network.fleet.machines.contains(name))
      return problem("ZT23", path, name + " is a machine of the fleet", "give it a role, or the device another name");
    if (device.user && !fleet::detail::isName(*device.user))
      return problem("ZT23", path + ".user", formats::shown(*device.user) + " is no user");
  }
  return {};
}

fleet::Result<void> checkNetwork(const Network& network, NetworkId id, const ControllerSettings& settings,
                                 const std::vector<Node>& nodes) {
  std::map<Address, std::string> names;
  for (const Node& node : nodes)
    if (const auto [at, isNew] = names.emplace(node.address, node.name); !isNew)
      return problem("ZT12", node.isMachine ? "" : "externalMembers." + node.name,
                     at->second + " and " + node.name + " are the same node " + node.address.text(),
                     "every device has an identity of its own; copies of one cannot be in a network together");
  for (const Node& node : nodes)
    if (node.name == network.controller() && node.isMachine && node.address != id.controller())
      return problem(
          "ZT13", {},
          "the network " + id.text() + " belongs to the controller " + id.controller().text() + ", but " + node.name +
              " is " + node.address.text(),
          "give the role back, or remove vars/shared/" + networkOf(network.instance) + " to make another network");
  for (const auto& [machine, addresses] : settings.addresses)
    if (!network.machines().contains(machine))
      return problem("ZT16", "addresses." + machine, "`" + machine + "` is no machine of the network",
                     "devices that are no machines are `externalMembers`");
  return checkNames(network, settings);
}

std::string hostsText(NetworkId id, const std::vector<Node>& nodes, const std::string& domain) {
  std::string out;
  for (const Node& node : nodes) {
    if (node.name.empty()) continue;
    out += formats::ip6Text(formats::rfc4193(id, node.address)) + " " + node.name + "." + domain + "\n";
    for (const auto& ip : node.more) out += ip + " " + node.name + "." + domain + "\n";
  }
  return out;
}

}  // namespace zerotier
