// `fleetd network`: which ways lead to the machines of the fleet.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/base/thread_pool.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/deploy/networks.hpp"
#include "kernel/deploy/reachable.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

constexpr std::string_view kVerbs[] = {"list", "ping", "ssh-config"};
constexpr unsigned kAtOnce = 32;

// One address of one machine in one network.
struct Way {
  const deploy::Network* network = nullptr;
  std::string machine;
  deploy::Address address;
  std::string answer;  // "yes", "not asked", or why not; empty: nobody asked
};

std::vector<Way> waysOf(const std::vector<deploy::Network>& networks, const std::vector<std::string>& machines) {
  std::vector<Way> out;
  for (const auto& network : networks)
    for (const auto& [machine, addresses] : network.machines)
      if (machines.empty() || std::find(machines.begin(), machines.end(), machine) != machines.end())
        for (const auto& address : addresses) out.push_back({&network, machine, address, ""});
  return out;
}

void ping(std::vector<Way>& ways) {
  base::ThreadPool pool(kAtOnce, std::size_t{1} << 20);
  pool.parallelFor(ways.size(), [&](std::size_t i) {
    const deploy::Reached reached = deploy::firstReachable({ways[i].address});
    ways[i].answer = reached.answers[0] == deploy::Answer::Yes ? "yes"
                     : reached.answers[0] == deploy::Answer::NotAsked && reached.reasons[0].empty()
                         ? "only ssh can tell"
                         : reached.reasons[0];
  });
}

void write(Context& cx, const std::vector<Way>& ways) {
  base::JsonWriter json(cx.out.data(), 2);
  json.beginArray();
  for (const Way& way : ways) {
    json.beginObject().member("network", way.network->instance).member("service", way.network->service);
    json.member("priority", way.network->priority)
        .member("machine", way.machine)
        .member("address", way.address.text())
        .key("answer");
    way.answer.empty() ? json.null() : json.string(way.answer);
    json.endObject();
  }
  json.endArray();
  cx.out.write("\n");
}

void print(Context& cx, const std::vector<Way>& ways, bool asked) {
  TextTable table({{"NETWORK"},
                   {"SERVICE", false, 0, 3},
                   {"PRIORITY", true, 0, 2},
                   {"MACHINE"},
                   {"ADDRESS"},
                   {asked ? "ANSWERS" : "", false, 0, 1}});
  for (const Way& way : ways)
    table.add({{way.network->instance, kBold},
               {way.network->service},
               {std::to_string(way.network->priority)},
               {way.machine},
               {way.address.text()},
               {way.answer, way.answer == "yes" ? kGreen : kYellow}});
  if (!table.empty()) cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
}

// Blocks for ssh_config: each machine by its name, at its best address.
void sshConfig(Context& cx, const std::vector<Way>& ways) {
  std::vector<std::string> done;
  for (const Way& way : ways) {
    if (std::find(done.begin(), done.end(), way.machine) != done.end()) continue;
    done.push_back(way.machine);
    cx.out.write(fmt::format("Host {}\n  HostName {}\n  User {}\n", way.machine, way.address.host, way.address.user));
    if (way.address.port) cx.out.write(fmt::format("  Port {}\n", way.address.port));
    for (const auto& [name, value] : way.address.options) cx.out.write(fmt::format("  {} {}\n", name, value));
  }
}

}  // namespace

int runNetwork(Context& cx) {
  const std::string verb(cx.args.positionals.empty() ? "list" : cx.args.positional(0));
  if (std::find(std::begin(kVerbs), std::end(kVerbs), verb) == std::end(kVerbs)) {
    std::string hint = suggestion(verb, {std::begin(kVerbs), std::end(kVerbs)});
    if (hint.empty()) hint = "the verbs are list, ping and ssh-config";
    return cx.fail({Code::FL0903, fmt::format("unknown verb `{}`", shownWord(verb)), std::move(hint), {}});
  }
  auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  std::vector<std::string> machines;
  for (std::size_t i = 1; i < cx.args.positionals.size(); ++i) {
    auto host = (*fleet)->findHost(cx.args.positionals[i]);
    if (!host) return cx.fail(host.error());
    machines.push_back((*host)->name);
  }
  const auto networks = deploy::networksOf(cx.workspace().services(), cx.diagnostics);
  auto ways = waysOf(networks, machines);
  for (const auto& network : networks)
    for (const auto& missing : network.incomplete)
      cx.diagnostics.add({Code::FL0831,
                          fmt::format("network {}: {}", network.instance, missing),
                          "`fleetd vars generate` makes what is missing",
                          {}});
  if (verb == "ping") ping(ways);
  if (verb == "ssh-config")
    sshConfig(cx, ways);
  else
    cx.json() ? write(cx, ways) : print(cx, ways, verb == "ping");
  const bool silent = verb == "ping" && std::any_of(ways.begin(), ways.end(), [](const Way& way) {
                        return way.answer != "yes" && way.answer != "only ssh can tell";
                      });
  return worse(cx.finish(), silent ? kEnvironment : kOk);
}

}  // namespace fleetd::cli
