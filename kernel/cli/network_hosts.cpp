// `fleetd network hosts`: names, keys and ssh servers of machines, in the forms that other programs read.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fleet/cxx/names.hpp>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/locate.hpp"
#include "kernel/cli/network.hpp"
#include "kernel/cli/text_table.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

constexpr std::string_view kForms[] = {"--zone", "--hosts", "--ssh-config", "--known-hosts"};
constexpr int kTimeToLive = 300;  // seconds; addresses of machines change rarely, and then soon

// What one host is told, or the operator, who may reach every network.
struct Table {
  sdk::FleetView fleet;
  std::vector<sdk::Network> networks;
  std::set<std::string> machines, devices;  // meant

  bool shows(const sdk::Naming& one) const { return (one.device ? devices : machines).contains(one.machine); }
};

std::string zoneText(const Table& table) {
  std::string out = fmt::format("; Records of {}, to be included into its zone.\n", table.fleet.domain);
  out += fmt::format("$ORIGIN {}.\n$TTL {}\n", table.fleet.domain, kTimeToLive);
  // Relative to the zone; a name outside of it is one of a network, which is a subdomain here.
  const std::string suffix = "." + table.fleet.domain;
  std::set<std::string> seen;
  for (const auto& one : sdk::namesOf(table.networks, table.fleet.domain)) {
    if (!table.shows(one)) continue;
    std::set<std::string> labels;
    for (const std::string& name : one.names)
      labels.insert(name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : name);
    for (const std::string& label : labels) {
      const auto add = [&](std::string_view type, const std::string& value) {
        const std::string line = fmt::format("{:<32} IN {:<5} {}\n", label, type, value);
        if (seen.insert(line).second) out += line;
      };
      for (const auto& address : one.addresses) add(sdk::addressFamily(address) == 4 ? "A" : "AAAA", address);
      if (one.addresses.empty()) add("CNAME", one.alias + ".");
    }
  }
  return out;
}

std::string hostsText(const Table& table) {
  std::string out;
  for (const auto& one : sdk::namesOf(table.networks, table.fleet.domain))
    if (table.shows(one) && !one.names.empty())
      for (const auto& address : one.addresses) out += fmt::format("{} {}\n", address, base::join(one.names, " "));
  return out;
}

std::string sshConfigText(const Table& table) {
  std::string out;
  for (const auto& machine : table.machines)
    if (const auto block = sdk::sshBlockOf(table.fleet, table.networks, machine, "root")) out += *block;
  for (const auto& device : table.devices)
    if (const auto block = sdk::sshBlockOf(table.fleet, table.networks, device)) out += *block;
  return out;
}

std::string knownHostsText(const Table& table) {
  std::string out;
  for (const auto& one : sdk::knownHostsOf(table.fleet, table.networks)) {
    const std::string machine = one.id.ends_with("-rsa") && !table.fleet.machines.contains(one.id)
                                    ? one.id.substr(0, one.id.size() - 4)
                                    : one.id;
    if (one.authority || table.machines.contains(machine)) out += one.line() + "\n";
  }
  return out;
}

void writeTexts(base::JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).beginArray();
  for (const auto& text : texts) json.string(text);
  json.endArray();
}

void writeNetwork(base::JsonWriter& json, const Table& table, const sdk::Network& network, const std::string& name,
                  const std::vector<sdk::Way>& ways) {
  std::vector<std::string> names;
  for (const auto& one : sdk::namesOf(table.networks, table.fleet.domain))
    if (one.machine == name && one.network == network.instance) names = one.names;
  json.beginObject().member("network", network.instance).member("service", network.service);
  json.member("priority", network.priority);
  writeTexts(json, "names", names);
  json.key("hosts").beginArray();
  for (const auto& way : ways) {
    json.beginObject().member("host", way.host).key("user");
    way.user.empty() ? json.null() : json.string(way.user);
    json.key("port");
    way.port ? json.integer(way.port) : json.null();
    writeTexts(json, "sshOptions", way.sshOptions);
    json.endObject();
  }
  json.endArray().endObject();
}

void writeJson(Context& cx, const Table& table) {
  base::JsonWriter json(cx.out.data(), 2);
  json.beginArray();
  const auto write = [&](const std::string& name, bool device) {
    json.beginObject().member("machine", name).member("device", device);
    writeTexts(json, "hostKeys", device ? std::vector<std::string>() : sdk::hostKeysOf(table.fleet, name));
    json.key("networks").beginArray();
    for (const auto& network : table.networks) {
      const auto& members = device ? network.devices : network.machines;
      if (const auto found = members.find(name); found != members.end())
        writeNetwork(json, table, network, name, found->second);
    }
    json.endArray().endObject();
  };
  for (const auto& machine : table.machines) write(machine, false);
  for (const auto& device : table.devices) write(device, true);
  json.endArray();
  cx.out.write("\n");
}

void printTable(Context& cx, const Table& table) {
  TextTable text({{"MACHINE"}, {"NETWORK"}, {"ADDRESS", false, 0, 0}, {"NAMES", false, 20, 1}});
  for (const auto& one : sdk::namesOf(table.networks, table.fleet.domain)) {
    if (!table.shows(one)) continue;
    const auto addresses = one.addresses.empty() ? std::vector<std::string>{one.alias} : one.addresses;
    for (const auto& address : addresses)
      text.add({{one.machine, kBold}, {one.network}, {address}, {base::join(one.names, " ")}});
  }
  if (!text.empty()) cx.out.write(text.text(cx.out.dataWidth(), cx.out.colorData()));
}

// What a host of the fleet reaches; everything without --for.
Result<void> restrict(Context& cx, Table& table) {
  if (!cx.args.has("--for")) return {};
  const std::string name(cx.args.value("--for"));
  for (const auto& network : table.networks)
    if (network.devices.contains(name))
      return Error{base::Code::FL0903,
                   fmt::format("--for {}: it is a device in the network {}, and no host of the fleet", shownWord(name),
                               network.instance),
                   fmt::format("`--network {}` takes what it can reach", shownWord(network.instance)),
                   {}};
  auto host = cx.workspace().fleet().findHost(name);
  if (!host) return host.error();
  const auto at = (*host)->name.find('@');
  const std::string machine = at == std::string::npos ? (*host)->name : (*host)->name.substr(at + 1);
  if (table.fleet.machines.contains(machine)) table.networks = sdk::networksFrom(table.networks, machine);
  return {};
}

void addMembers(const Ways& ways, Table& table) {
  for (const auto& [machine, view] : table.fleet.machines)
    if (ways.meant(machine)) table.machines.insert(machine);
  for (const auto& network : table.networks)
    for (const auto& [device, addresses] : network.devices)
      if (ways.meant(device)) table.devices.insert(device);
}

}  // namespace

int printHosts(Context& cx) {
  std::string form;
  for (const std::string_view one : kForms) {
    if (!cx.args.has(one)) continue;
    if (!form.empty() || cx.json())
      return cx.fail({Code::FL0903,
                      fmt::format("{} and {} are two forms of the same", cx.json() ? "--json" : form, one),
                      "give one of them",
                      {}});
    form = one;
  }
  auto ways = openWays(cx, Devices::Take);
  if (!ways) return cx.fail(ways.error());
  Table table;
  table.fleet = cx.workspace().services().fleetView({});
  table.networks = sdk::networksOf(table.fleet);
  std::erase_if(table.networks, [&](const sdk::Network& one) {
    return std::none_of(ways->networks.begin(), ways->networks.end(), [&](const deploy::Network& meant) {
      return meant.instance == one.instance && meant.service == one.service;
    });
  });
  if (auto done = restrict(cx, table); !done) return cx.fail(done.error());
  addMembers(*ways, table);
  if (form == "--zone" && table.fleet.domain.empty())
    return cx.fail({Code::FL0882,
                    "the fleet has no domain, so there is no zone",
                    "set meta.domain of the inventory to the domain the machines' names end in",
                    {}});
  std::string text;
  if (form == "--zone") text = zoneText(table);
  if (form == "--hosts") text = hostsText(table);
  if (form == "--ssh-config") text = sshConfigText(table);
  if (form == "--known-hosts") text = knownHostsText(table);
  if (form.empty()) cx.json() ? writeJson(cx, table) : printTable(cx, table);
  cx.out.write(text);
  tellMissing(cx, *ways);
  return cx.finish();
}

int printSshConfig(Context& cx) {
  auto ways = openWays(cx, Devices::Take);
  if (!ways) return cx.fail(ways.error());
  Table table;
  table.fleet = cx.workspace().services().fleetView({});
  table.networks = sdk::networksOf(table.fleet);
  addMembers(*ways, table);
  cx.out.write(sshConfigText(table));
  return cx.finish();
}

}  // namespace fleetd::cli
