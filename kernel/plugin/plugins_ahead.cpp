// Questions that are sent before they are put, so that plugins work side by side.
#include <algorithm>
#include <utility>

#include "kernel/plugin/batches.hpp"
#include "kernel/plugin/documents.hpp"
#include "kernel/plugin/plugins_state.hpp"

namespace fleetd::plugin {

void Plugins::State::ahead(const std::string& id, const char* topic, std::string body) {
  const auto found = up(id);
  if (!found || (*found)->isolated) return;
  LoadedPlugin& plugin = **found;
  auto answer = bus->request(plugin.routingId, topic, body, options.callMs);
  plugin.early.push_back({topic, std::move(body), std::move(answer)});
}

void Plugins::State::askAllAhead(const std::string& id, const char* topic, std::size_t count,
                                 const PackDocument& pack) {
  if (const auto plugin = up(id); !plugin || (*plugin)->isolated) return;
  Batches batches(count, pack);
  while (auto batch = batches.next()) ahead(id, topic, std::move(batch->body));
}

std::optional<bus::BusThread::Answer> LoadedPlugin::takeEarly(std::string_view topic, std::string_view body) {
  const auto found = std::find_if(early.begin(), early.end(),
                                  [&](const Early& one) { return one.topic == topic && one.body == body; });
  if (found == early.end()) return std::nullopt;
  auto out = std::move(found->answer);
  early.erase(found);
  return out;
}

void Plugins::prepare(const std::vector<std::string>& ids) {
  for (const std::string& id : ids) state_->begin(id);  // all load side by side
  for (const std::string& id : ids)
    if (const auto plugin = state_->up(id); plugin && !(*plugin)->schema)
      state_->ahead(id, topic::kSchema, packDocuments({}));
}

void Plugins::prepareRules(const std::vector<std::string>& ids) {
  for (const std::string& id : ids) state_->ahead(id, topic::kRules, packDocuments({}));
}

void Plugins::prepareContribute(const std::string& id, const FleetDocument& fleet, const std::vector<HostView>& hosts) {
  // One that does not know the fleet is told of it first.
  if (const auto plugin = state_->up(id); plugin && (*plugin)->toldFleet == fleet.body())
    state_->askAllAhead(id, topic::kContribute, hosts.size(), packerOf(hosts));
}

void Plugins::prepareCheck(const std::string& id, const std::vector<PackedHost>& hosts) {
  state_->askAllAhead(id, topic::kCheck, hosts.size(),
                      [&](std::size_t i, sdk::Packer& out) { out.raw(hosts[i].document); });
}

}  // namespace fleetd::plugin
