// Addresses out of the exports `networking` and `peer`, as the SDK reads them.
#include "kernel/deploy/networks.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fleet/cxx/names.hpp>

#include "kernel/base/text.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;

constexpr std::size_t kVariants = 4;  // ways through jump hosts that are told apart

// The user, the port and further options of ssh's command line, as far as they stand in a configuration.
void readOptions(const sdk::Way& way, const std::string& machine, const std::string& network, Address& address,
                 Diagnostics& diagnostics) {
  auto read = sdk::readSshOptions(way.sshOptions);
  for (auto& [name, value] : read.options) {
    const std::string lower = base::toLower(name);
    const auto port = static_cast<unsigned>(lower == "port" ? base::parseInt(value).value_or(0) : 0);
    if (lower == "user" && way.user.empty())
      address.user = value;
    else if (port > 0 && port < 65536)
      address.port = port;
    else if (lower != "user" && lower != "port")
      address.options.emplace_back(std::move(name), std::move(value));
  }
  for (const auto& word : read.leftOut)
    diagnostics.add({Code::FL0881,
                     fmt::format("network {}: `{}` of {} is left out", network, base::sanitize(word), machine),
                     "options of ssh_config are written -o Name=Value; those that run programs belong into your own",
                     {}});
}

// `user`: who logs in where the way does not say it.
void addWays(const Network& network, const std::string& machine, const std::string& user,
             const std::vector<sdk::Way>& ways, std::map<std::string, std::vector<Address>>& out,
             Diagnostics& diagnostics) {
  for (const sdk::Way& way : ways) {
    // An address of its own grammar, so that what a service exports cannot become an option.
    auto address = parseAddress(way.host);
    if (!address) {
      diagnostics.add(address.error());
      continue;
    }
    address->user = way.user.empty() ? user : way.user;
    if (way.port) address->port = static_cast<unsigned>(way.port);
    readOptions(way, machine, network.instance, *address, diagnostics);
    address->tor = network.tor;
    if (auto whole = parseAddress(address->text()); !whole) {
      diagnostics.add(whole.error());
      continue;
    }
    out[machine].push_back(*std::move(address));
  }
}

// The host of one part of ProxyJump: [ssh://][user@]host[:port].
std::string hostOfJump(std::string_view part) {
  const auto address = parseAddress(base::trim(part));
  return address ? address->host : std::string();
}

// Jump hosts that are machines of the fleet: one variant for each way that leads to them.
std::vector<Address> throughMachines(const std::vector<Network>& networks, const std::string& self,
                                     const Address& address) {
  std::vector<Address> out{address};
  const std::string* jumps = address.option("ProxyJump");
  if (!jumps || base::toLower(*jumps) == "none") return out;
  std::set<std::string> done;
  for (const std::string_view part : base::split(*jumps, ',')) {
    const std::string name = hostOfJump(part);
    if (name.empty() || name == self || !done.insert(name).second) continue;
    std::vector<Address> more;
    for (const Network& network : networks)
      if (const auto found = network.machines.find(name); found != network.machines.end())
        for (const Address& way : found->second)
          if (!way.indirect())
            for (const Address& so : out)
              if (more.size() < kVariants) {
                more.push_back(so);
                more.back().hops.push_back({name, way.user, way.host, way.port, way.options});
              }
    if (!more.empty()) out = std::move(more);
  }
  return out;
}

}  // namespace

std::vector<Network> networksOf(const render::Services& services, Diagnostics& diagnostics) {
  std::vector<Network> direct;
  for (sdk::Network& one : sdk::networksOf(services.fleetView({}))) {
    Network network;
    network.instance = std::move(one.instance);
    network.service = std::move(one.service);
    network.priority = one.priority;
    network.overlay = !one.interfaces.empty();
    network.tor = one.isTor();
    network.incomplete = std::move(one.incomplete);
    for (const auto& [machine, ways] : one.machines)
      addWays(network, machine, "root", ways, network.machines, diagnostics);
    for (const auto& [device, ways] : one.devices) addWays(network, device, "", ways, network.devices, diagnostics);
    direct.push_back(std::move(network));
  }
  std::vector<Network> out = direct;
  for (Network& network : out)
    for (auto& [machine, addresses] : network.machines) {
      std::vector<Address> all;
      for (const Address& address : addresses)
        for (Address& variant : throughMachines(direct, machine, address)) all.push_back(std::move(variant));
      addresses = std::move(all);
    }
  return out;
}

std::string knownHostsOf(const render::Services& services) {
  const auto fleet = services.fleetView({});
  std::string out;
  for (const auto& one : sdk::knownHostsOf(fleet, sdk::networksOf(fleet))) out += one.line() + "\n";
  return out;
}

}  // namespace fleetd::deploy
