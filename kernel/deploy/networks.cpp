// Reading the exports `networking` and `peer`.
#include "kernel/deploy/networks.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/fleet/public_vars.hpp"

namespace fleetd::deploy {

namespace {

using sdk::Value;

constexpr std::string_view kTor = "clan_lib.network.tor";
constexpr char kThroughTor[] = "nc -X 5 -x 127.0.0.1:9050 %h %p";

std::string textOf(const Value& set, std::string_view name) {
  const Value* value = set.find(name);
  const auto* text = value ? value->get<std::string>() : nullptr;
  return text ? *text : std::string();
}

// service:instance:role:machine
struct Scope {
  std::string service, instance, machine;
};
bool readScope(std::string_view text, Scope& out) {
  const auto parts = base::split(text, ':');
  if (parts.size() != 4) return false;
  out = {std::string(parts[0]), std::string(parts[1]), std::string(parts[3])};
  return true;
}

// { plain = "…"; } or { var = { machine, generator, file }; }, whose value lies in the repository.
std::string hostOf(const Value& host, const std::string& directory, std::string& why) {
  if (std::string plain = textOf(host, "plain"); !plain.empty()) return plain;
  const Value* var = host.find("var");
  if (!var) return {};
  const std::string machine = textOf(*var, "machine"), generator = textOf(*var, "generator"),
                    file = textOf(*var, "file");
  // A machine's own, or one that all machines share: which of the two is the generator's business.
  for (const std::string& place : {fleet::varsOfMachine(directory, machine), fleet::varsOfAll(directory)}) {
    const auto values = fleet::publicValuesIn(place);
    if (const auto found = values.find(generator); found != values.end())
      if (const auto value = found->second.find(file); value != found->second.end())
        return std::string(base::trim(value->second));
  }
  why = fmt::format("{}/{} of {} does not exist yet", generator, file, machine);
  return {};
}

// SSHOptions: [ "-J" "gate" "-o" "Compression=yes" ].
void readOptions(const Value& peer, Address& address) {
  const Value* value = peer.find("SSHOptions");
  const auto* list = value ? value->get<sdk::List>() : nullptr;
  if (!list) return;
  for (std::size_t i = 0; i + 1 < list->size(); i += 2) {
    const auto* name = (*list)[i].get<std::string>();
    const auto* argument = (*list)[i + 1].get<std::string>();
    if (!name || !argument || argument->find('\n') != std::string::npos) continue;
    if (*name == "-J") address.options.emplace_back("ProxyJump", *argument);
    if (*name == "-i") address.options.emplace_back("IdentityFile", *argument);
    if (const auto equals = argument->find('='); *name == "-o" && equals != std::string::npos)
      address.options.emplace_back(argument->substr(0, equals), argument->substr(equals + 1));
  }
}

void addPeer(Network& network, const std::string& machine, const Value& peer, const std::string& directory, bool tor,
             Diagnostics& diagnostics) {
  const Value* hosts = peer.find("hosts");
  const auto* list = hosts ? hosts->get<sdk::List>() : nullptr;
  if (!list) return;
  for (const Value& host : *list) {
    std::string why;
    const std::string name = hostOf(host, directory, why);
    if (!why.empty()) network.incomplete.push_back(fmt::format("{}: {}", machine, why));
    if (name.empty()) continue;
    // An address of its own grammar, so that what a service exports cannot become an option.
    auto address = parseAddress(name);
    if (!address) {
      diagnostics.add(address.error());
      continue;
    }
    if (const std::string user = textOf(peer, "user"); !user.empty()) address->user = user;
    const Value* port = peer.find("port");
    if (const auto* number = port ? port->get<std::int64_t>() : nullptr;
        number && *number > 0 && *number < 65536 && *number != 22)
      address->port = static_cast<unsigned>(*number);
    readOptions(peer, *address);
    if (tor) address->options.emplace_back("ProxyCommand", kThroughTor);
    if (auto whole = parseAddress(address->text()); !whole) {
      diagnostics.add(whole.error());
      continue;
    }
    network.machines[machine].push_back(*std::move(address));
  }
}

}  // namespace

std::vector<Network> networksOf(const render::Services& services, Diagnostics& diagnostics) {
  const std::string& directory = services.inventory().directory;
  std::map<std::pair<std::string, std::string>, Network> found;
  std::map<std::pair<std::string, std::string>, bool> tor;
  for (const auto& [key, interfaces] : services.exports()) {
    Scope scope;
    const auto networking = interfaces.find("networking");
    if (networking == interfaces.end() || !readScope(key, scope) || scope.instance.empty() || !scope.machine.empty())
      continue;
    Network& network = found[{scope.service, scope.instance}];
    network.instance = scope.instance;
    network.service = scope.service;
    const Value* priority = networking->second.find("priority");
    if (const auto* number = priority ? priority->get<std::int64_t>() : nullptr) network.priority = *number;
    tor[{scope.service, scope.instance}] = textOf(networking->second, "module") == kTor;
  }
  for (const auto& [key, interfaces] : services.exports()) {
    Scope scope;
    const auto peer = interfaces.find("peer");
    if (peer == interfaces.end() || !readScope(key, scope) || scope.machine.empty()) continue;
    const std::pair<std::string, std::string> of{scope.service, scope.instance};
    if (const auto network = found.find(of); network != found.end())
      addPeer(network->second, scope.machine, peer->second, directory, tor[of], diagnostics);
  }
  std::vector<Network> out;
  for (auto& [key, network] : found) out.push_back(std::move(network));
  std::sort(out.begin(), out.end(), [](const Network& a, const Network& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.instance < b.instance;
  });
  return out;
}

}  // namespace fleetd::deploy
