// `fleetd history`: deployments made from this machine.
#include <fmt/format.h>

#include "kernel/cli/operations.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/state/directory.hpp"

namespace fleetd::cli {

int runHistory(Context& cx) {
  auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  auto directory = state::stateDirectory((*fleet)->name());
  if (!directory) return cx.fail(directory.error());
  auto state = state::State::open(*directory);
  if (!state) return cx.fail(state.error());
  auto deployments = state->deployments(numberOption(cx, "--limit", 20));
  if (!deployments) return cx.fail(deployments.error());
  TextTable table(
      {{"NUMBER", true}, {"STARTED"}, {"WHO", false, 0, 3}, {"COMMIT", false, 0, 2}, {"GOAL"}, {"HOST"}, {"OUTCOME"}});
  base::JsonWriter json(cx.out.data(), 2);
  if (cx.json()) json.beginArray();
  for (const auto& one : *deployments) {
    auto outcomes = state->outcomes(one.id);
    if (!outcomes) return cx.fail(outcomes.error());
    if (cx.json()) {
      json.beginObject().member("number", one.id).member("started", one.started).key("ended");
      one.ended ? json.integer(one.ended) : json.null();
      json.member("who", one.who).member("commit", one.commit).member("goal", one.goal).key("hosts").beginArray();
      for (const auto& host : *outcomes)
        json.beginObject()
            .member("host", host.host)
            .member("class", host.klass)
            .member("outcome", host.outcome)
            .member("system", host.system)
            .member("previous", host.previous)
            .member("message", host.message)
            .endObject();
      json.endArray().endObject();
      continue;
    }
    if (outcomes->empty())
      table.add({{std::to_string(one.id)},
                 {timeText(one.started)},
                 {one.who},
                 {one.commit},
                 {one.goal},
                 {""},
                 {one.ended ? "nothing" : "cut off", kYellow}});
    for (const auto& host : *outcomes)
      table.add({{std::to_string(one.id)},
                 {timeText(one.started)},
                 {one.who},
                 {one.commit},
                 {one.goal},
                 {host.host, kBold},
                 {host.outcome, host.outcome == "deployed" || host.outcome == "unchanged" ? kGreen : kRed}});
  }
  if (cx.json()) {
    json.endArray();
    cx.out.write("\n");
  } else if (!table.empty()) {
    cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
  }
  return cx.finish();
}

}  // namespace fleetd::cli
