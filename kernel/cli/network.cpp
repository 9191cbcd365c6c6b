// `fleetd network`: which ways lead to the machines of the fleet.
#include "kernel/cli/network.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

struct Verb {
  std::string_view name;
  int (*run)(Context&);
};
constexpr Verb kVerbs[] = {{"list", listWays},
                           {"ping", pingWays},
                           {"overview", overviewWays},
                           {"hosts", printHosts},
                           {"graph", drawNetworks},
                           {"ssh-config", printSshConfig},
                           {"connect", connectThroughProxy}};
// Options that only one or some of the verbs know.
struct Limited {
  std::string_view option, verbs;
};
constexpr Limited kLimited[] = {{"--zone", "hosts"},
                                {"--hosts", "hosts"},
                                {"--ssh-config", "hosts"},
                                {"--known-hosts", "hosts"},
                                {"--for", "hosts"},
                                {"--out", "graph"},
                                {"--ask", "graph"},
                                {"--ssh-config-file", "ping overview graph"},
                                {"--host-key-check", "ping overview graph"},
                                {"--network", "list ping overview hosts graph ssh-config"}};

bool holdsWord(std::string_view words, std::string_view word) {
  const auto all = base::split(words, ' ');
  return std::find(all.begin(), all.end(), word) != all.end();
}

Result<void> chooseNetworks(Context& cx, std::vector<deploy::Network>& networks) {
  const auto wanted = cx.args.values("--network");
  if (wanted.empty()) return {};
  std::vector<std::string_view> known;
  for (const auto& network : networks) known.push_back(network.instance);
  for (const auto& name : wanted) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string hint = suggestion(name, known);
    if (hint.empty())
      hint = known.empty() ? "no service of the fleet exports a network"
                           : fmt::format("the networks are {}", base::join(known, ", "));
    return Error{Code::FL0880, fmt::format("there is no network `{}`", shownWord(name)), std::move(hint), {}};
  }
  std::erase_if(networks, [&](const deploy::Network& one) {
    return std::find(wanted.begin(), wanted.end(), one.instance) == wanted.end();
  });
  return {};
}

// Hosts of the fleet, and devices where they are no surprise.
Result<void> nameMachines(Context& cx, const fleet::Fleet& fleet, Devices devices, Ways& out) {
  for (std::size_t i = 1; i < cx.args.positionals.size(); ++i) {
    const std::string& word = cx.args.positionals[i];
    const bool device = std::any_of(out.networks.begin(), out.networks.end(),
                                    [&](const deploy::Network& one) { return one.devices.contains(word); });
    if (!device) {
      auto host = fleet.findHost(word);
      if (!host) return withDevices(fleet, out.networks, word, host.error());
      out.machines.push_back((*host)->name);
    } else if (devices == Devices::Take) {
      out.machines.push_back(word);
    } else {
      return Error{Code::FL0903,
                   fmt::format("{} is no machine of the fleet, but a device in one of its networks", shownWord(word)),
                   fmt::format("`fleetd zerotier ping {}` sends it an echo", shownWord(word)),
                   {}};
    }
  }
  return {};
}

}  // namespace

Error withDevices(const fleet::Fleet& fleet, const std::vector<deploy::Network>& networks, std::string_view name,
                  Error error) {
  std::vector<std::string_view> known;
  for (const auto& host : fleet.hosts()) known.push_back(host.name);
  const std::size_t hosts = known.size();
  for (const auto& network : networks)
    for (const auto& [device, addresses] : network.devices)
      if (std::find(known.begin(), known.end(), device) == known.end()) known.push_back(device);
  if (known.size() == hosts) return error;
  if (std::string hint = suggestion(name, known); !hint.empty()) error.hint = std::move(hint);
  return error;
}

bool Ways::meant(const std::string& machine) const {
  return machines.empty() || std::find(machines.begin(), machines.end(), machine) != machines.end();
}

Result<Ways> openWays(Context& cx, Devices devices) {
  auto fleet = cx.openFleet();
  if (!fleet) return fleet.error();
  Ways out;
  out.networks = deploy::networksOf(cx.workspace().services(), cx.diagnostics);
  FLEETD_TRY(nameMachines(cx, **fleet, devices, out));
  FLEETD_TRY(chooseNetworks(cx, out.networks));
  for (const auto& network : out.networks) {
    for (const auto& [machine, addresses] : network.machines)
      if (out.meant(machine))
        for (const auto& address : addresses) out.all.push_back({&network, machine, address, false});
    for (const auto& [device, addresses] : network.devices)
      if (out.meant(device))
        for (const auto& address : addresses) out.devices.push_back({&network, device, address, true});
    for (const auto& missing : network.incomplete)
      cx.diagnostics.add({Code::FL0831,
                          fmt::format("network {}: {}", network.instance, missing),
                          "`fleetd vars generate` makes what is missing",
                          {}});
  }
  return out;
}

void tellMissing(Context& cx, const Ways& ways) {
  if (cx.quiet() || cx.json()) return;
  std::size_t missing = 0;
  for (const auto& network : ways.networks) missing += network.incomplete.size();
  if (ways.networks.empty())
    cx.out.message("no service of the fleet exports a network; see docs/network.md\n");
  else if (missing > 0 && ways.machines.empty())
    cx.out.message(fmt::format("{} {} not there yet (shown with -v); `fleetd vars generate` makes what is missing\n",
                               missing, missing == 1 ? "address is" : "addresses are"));
}

int runNetwork(Context& cx) {
  const std::string verb(cx.args.positionals.empty() ? "list" : cx.args.positional(0));
  std::vector<std::string_view> names;
  for (const Verb& one : kVerbs) names.push_back(one.name);
  const auto* found =
      std::find_if(std::begin(kVerbs), std::end(kVerbs), [&](const Verb& one) { return one.name == verb; });
  if (found == std::end(kVerbs)) {
    std::string hint = suggestion(verb, names);
    if (hint.empty()) hint = fmt::format("the verbs are {}", base::join(names, ", "));
    return cx.fail({Code::FL0903, fmt::format("unknown verb `{}`", shownWord(verb)), std::move(hint), {}});
  }
  for (const auto& [option, verbs] : kLimited)
    if (cx.args.has(option) && !holdsWord(verbs, verb))
      return cx.fail({Code::FL0903,
                      fmt::format("`network {}` takes no {}", verb, option),
                      fmt::format("it belongs to {}", base::join(base::split(verbs, ' '), ", ")),
                      {}});
  return found->run(cx);
}

}  // namespace fleetd::cli
