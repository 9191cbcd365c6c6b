// `fleetd network list`, `ping` and `overview`: ways to machines, and which of them answer.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/base/thread_pool.hpp"
#include "kernel/cli/network.hpp"
#include "kernel/cli/network_answers.hpp"
#include "kernel/cli/text_table.hpp"

namespace fleetd::cli {

namespace {

void write(Context& cx, const std::vector<Way>& ways, const std::vector<WayAnswer>* answers) {
  base::JsonWriter json(cx.out.data(), 2);
  json.beginArray();
  for (std::size_t i = 0; i < ways.size(); ++i) {
    const Way& way = ways[i];
    json.beginObject().member("network", way.network->instance).member("service", way.network->service);
    json.member("priority", way.network->priority)
        .member("machine", way.machine)
        .member("device", way.device)
        .member("address", way.address.text())
        .key("answer");
    answers ? json.string((*answers)[i].text) : json.null();
    if (answers) {
      json.key("milliseconds");
      (*answers)[i].yes ? json.integer((*answers)[i].milliseconds) : json.null();
    }
    json.endObject();
  }
  json.endArray();
  cx.out.write("\n");
}

std::string throughOf(const deploy::Address& address) {
  std::string out;
  for (const auto& hop : address.hops) out += fmt::format("{}{} at {}", out.empty() ? "" : ", ", hop.name, hop.host);
  if (!out.empty()) return out;
  if (const std::string* jump = address.option("ProxyJump")) return *jump;
  return address.tor ? "tor" : "";
}

void print(Context& cx, const std::vector<Way>& ways, const std::vector<WayAnswer>* answers) {
  TextTable table({{"NETWORK"},
                   {"SERVICE", false, 0, 4},
                   {"PRIORITY", true, 0, 3},
                   {"MACHINE"},
                   {"ADDRESS"},
                   {"THROUGH", false, 0, 2},
                   {answers ? "ANSWERS" : "", false, 0, 1}});
  for (std::size_t i = 0; i < ways.size(); ++i) {
    const Way& way = ways[i];
    std::string answer;
    if (answers)
      answer = (*answers)[i].yes ? fmt::format("yes, {} ms", (*answers)[i].milliseconds) : (*answers)[i].text;
    table.add({{way.network->instance, kBold},
               {way.network->service},
               {std::to_string(way.network->priority)},
               {way.machine, way.device ? kDim : Style{}},
               {way.address.text()},
               {throughOf(way.address)},
               {answer, answers && (*answers)[i].yes ? kGreen : kYellow}});
  }
  if (!table.empty()) cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
}

// Machines against networks.
struct Overview {
  std::vector<std::string> machines;
  std::map<std::pair<std::string, const deploy::Network*>, WayAnswer> best;  // the first that answers, else the first
  std::map<std::string, const Way*> chosen;

  Overview(const std::vector<Way>& ways, const std::vector<WayAnswer>& answers) {
    for (std::size_t i = 0; i < ways.size(); ++i) {
      const Way& way = ways[i];
      if (std::find(machines.begin(), machines.end(), way.machine) == machines.end()) machines.push_back(way.machine);
      const auto [at, isNew] = best.emplace(std::pair(way.machine, way.network), answers[i]);
      if (!isNew && !at->second.yes && answers[i].yes) at->second = answers[i];
      if (answers[i].yes) chosen.emplace(way.machine, &way);
    }
    std::sort(machines.begin(), machines.end());
  }
};

void printOverview(Context& cx, const Ways& ways, const Overview& overview) {
  std::vector<Column> columns{{"MACHINE"}};
  for (const auto& network : ways.networks) columns.push_back({network.instance, false, 10, 1});
  columns.push_back({"WAY", false, 0, 0});
  TextTable table(std::move(columns));
  for (const auto& machine : overview.machines) {
    std::vector<Cell> row{{machine, kBold}};
    for (const auto& network : ways.networks) {
      const auto found = overview.best.find({machine, &network});
      if (found == overview.best.end())
        row.push_back({"-", kDim});
      else
        row.push_back({found->second.yes ? fmt::format("{} ms", found->second.milliseconds) : found->second.text,
                       found->second.yes ? kGreen : kYellow});
    }
    const auto chosen = overview.chosen.find(machine);
    row.push_back(chosen == overview.chosen.end() ? Cell{"none", kRed} : Cell{chosen->second->address.text()});
    table.add(std::move(row));
  }
  if (!table.empty()) cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
}

void writeOverview(Context& cx, const Ways& ways, const Overview& overview) {
  base::JsonWriter json(cx.out.data(), 2);
  json.beginArray();
  for (const auto& machine : overview.machines) {
    json.beginObject().member("machine", machine).key("networks").beginObject();
    for (const auto& network : ways.networks)
      if (const auto found = overview.best.find({machine, &network}); found != overview.best.end())
        json.member(network.instance, found->second.text);
    json.endObject().key("way");
    const auto chosen = overview.chosen.find(machine);
    chosen == overview.chosen.end() ? json.null() : json.string(chosen->second->address.text());
    json.endObject();
  }
  json.endArray();
  cx.out.write("\n");
}

}  // namespace

int listWays(Context& cx) {
  auto ways = openWays(cx, Devices::Take);
  if (!ways) return cx.fail(ways.error());
  // Beside the machines of their network.
  std::vector<Way> all;
  for (const auto& network : ways->networks)
    for (const auto* list : {&ways->all, &ways->devices})
      for (const Way& way : *list)
        if (way.network == &network) all.push_back(way);
  cx.json() ? write(cx, all, nullptr) : print(cx, all, nullptr);
  tellMissing(cx, *ways);
  return cx.finish();
}

int pingWays(Context& cx) {
  const auto ways = openWays(cx, Devices::Refuse);
  if (!ways) return cx.fail(ways.error());
  const auto answers = askWays(cx, ways->all);
  if (!answers) return cx.fail(answers.error());
  cx.json() ? write(cx, ways->all, &*answers) : print(cx, ways->all, &*answers);
  tellMissing(cx, *ways);
  const bool silent =
      std::any_of(answers->begin(), answers->end(), [](const WayAnswer& answer) { return !answer.yes; });
  return worse(cx.finish(), silent ? kEnvironment : kOk);
}

int overviewWays(Context& cx) {
  const auto ways = openWays(cx, Devices::Refuse);
  if (!ways) return cx.fail(ways.error());
  const auto answers = askWays(cx, ways->all);
  if (!answers) return cx.fail(answers.error());
  const Overview overview(ways->all, *answers);
  cx.json() ? writeOverview(cx, *ways, overview) : printOverview(cx, *ways, overview);
  tellMissing(cx, *ways);
  return worse(cx.finish(), overview.chosen.size() < overview.machines.size() ? kEnvironment : kOk);
}

}  // namespace fleetd::cli
