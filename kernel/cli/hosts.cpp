// `fleetd hosts`: the list of hosts, from level F alone.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/fleet/inventory_origins.hpp"

namespace fleetd::cli {

namespace {

bool wanted(const fleet::Host& host, const std::vector<std::string>& classes, const std::vector<std::string>& tags) {
  if (!classes.empty() && std::find(classes.begin(), classes.end(), host.klass) == classes.end()) return false;
  return std::all_of(tags.begin(), tags.end(), [&](const std::string& tag) {
    return std::find(host.tags.begin(), host.tags.end(), tag) != host.tags.end();
  });
}

// Where somebody wrote down that there are these hosts. A machine of clan is declared by `inventory.machines`, and its
// configuration in `machines` or a directory is only second. The inventory is taken apart for the first of them.
class Places {
 public:
  explicit Places(Context& cx) : cx_(cx) {}

  base::Span of(const fleet::Host& host) {
    if (host.origin != "clan") return host.place;
    if (!origins_) origins_ = fleet::readOrigins(cx_.workspace().fleet());
    if (const auto* machine = origins_->root.find({"machines", host.name}); machine && machine->place)
      return machine->place;
    if (host.place) return host.place;
    for (const auto& path :
         {fmt::format("{}/machines/{}/configuration.nix", origins_->directory, host.name), origins_->file()})
      if (const auto source = cx_.sources.load(path); source) return {(*source)->base, (*source)->base + 1};
    return {};
  }

 private:
  Context& cx_;
  std::optional<fleet::InventoryOrigins> origins_;
};

void writeHosts(Context& cx, const std::vector<const fleet::Host*>& hosts, Places& places) {
  base::JsonWriter json(cx.out.data(), 2);
  json.beginArray();
  for (const fleet::Host* host : hosts) {
    json.beginObject().member("name", host->name).member("class", host->klass).member("system", host->system);
    json.key("tags").beginArray();
    for (const std::string& tag : host->tags) json.string(tag);
    json.endArray().key("plugins").beginArray();
    for (const std::string& plugin : host->plugins) json.string(plugin);
    json.endArray().member("origin", host->origin).key("place");
    cx.writePlace(json, places.of(*host));
    json.endObject();
  }
  json.endArray();
  cx.out.write("\n");
}

}  // namespace

int runHosts(Context& cx) {
  auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  std::vector<const fleet::Host*> hosts;
  for (const fleet::Host& host : (*fleet)->hosts())
    if (wanted(host, cx.args.values("--class"), cx.args.values("--tag"))) hosts.push_back(&host);
  Places places(cx);
  if (cx.json()) {
    writeHosts(cx, hosts, places);
    return cx.finish();
  }
  TextTable table(
      {{"HOST"}, {"CLASS", false, 0, 2}, {"SYSTEM", false, 0, 3}, {"TAGS", false, 8, 4}, {"DEFINED", false, 12, 5}});
  for (const fleet::Host* host : hosts)
    table.add({{host->name, kBold},
               {host->klass},
               {host->system},
               {base::join(host->tags, " ")},
               {cx.placeText(places.of(*host)), kDim}});
  if (!table.empty()) cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
  return cx.finish();
}

}  // namespace fleetd::cli
