// `fleetd machines list`.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/machines.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/fleet/intrinsics.hpp"

namespace fleetd::cli {

namespace {

struct Row {
  const fleet::Host* host = nullptr;
  base::Json fields;
  std::vector<std::string> instances;
  std::vector<std::string> sources;  // "Nix", "inventory.json", "machines/"
};

std::string textOf(const base::Json* value) {
  if (!value || value->isNull()) return {};
  const auto* text = value->asString();
  return text ? *text : base::toJsonText(*value);
}

std::string targetOf(const Row& row) {
  const base::Json* deploy = row.fields.find("deploy");
  return deploy ? textOf(deploy->find("targetHost")) : "";
}

std::vector<std::string> instancesOf(const fleet::Inventory& inventory, const std::string& machine) {
  std::vector<std::string> out;
  for (const auto& instance : inventory.instances)
    if (std::any_of(instance.roles.begin(), instance.roles.end(),
                    [&](const auto& role) { return role.second.machines.contains(machine); }))
      out.push_back(instance.name);
  return out;
}

// What inventory.json and the Nix files say, as it is: nothing is locked, finished or taken back for a look.
Result<std::vector<Row>> rows(Context& cx) {
  FLEETD_TRY_ASSIGN(fleet::Fleet* const fleet, cx.openFleet());
  const auto origins = fleet::readOrigins(*fleet);
  if (origins.directory.empty()) return noInventory();
  auto read = fleet::InventoryFile::read(origins.file());
  // What cannot be read has been told of, and the others are listed.
  if (!read && !fleet->intrinsics().inventory.faulty()) return std::move(read).error();
  fleet::InventoryFile file = read ? *std::move(read) : fleet::InventoryFile();
  const fleet::InventoryEdit edit(origins, file);
  const auto& machines = cx.workspace().services().inventory().machines;
  std::vector<Row> out;
  const auto tags = cx.args.values("--tag");
  const auto classes = cx.args.values("--class");
  for (const fleet::Host& host : fleet->hosts()) {
    if (host.klass == "home" || std::find(machines.begin(), machines.end(), host.name) == machines.end()) continue;
    if (!classes.empty() && std::find(classes.begin(), classes.end(), host.klass) == classes.end()) continue;
    if (!std::all_of(tags.begin(), tags.end(), [&](const std::string& tag) {
          return std::find(host.tags.begin(), host.tags.end(), tag) != host.tags.end();
        }))
      continue;
    Row row;
    row.host = &host;
    row.fields = edit.effective({"machines", host.name});
    row.instances = instancesOf(cx.workspace().services().inventory(), host.name);
    if (origins.root.find({"machines", host.name})) row.sources.emplace_back("Nix");
    if (file.find({"machines", host.name})) row.sources.emplace_back("inventory.json");
    if (base::isDirectory(origins.directory + "/machines/" + host.name)) row.sources.emplace_back("machines/");
    out.push_back(std::move(row));
  }
  return out;
}

void write(base::JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).beginArray();
  for (const auto& one : texts) json.string(one);
  json.endArray();
}

void writeRows(Context& cx, const std::vector<Row>& all) {
  base::JsonWriter json(cx.out.data(), 2);
  json.beginArray();
  for (const Row& row : all) {
    json.beginObject().member("name", row.host->name).member("class", row.host->klass);
    json.key("description");
    const auto* description = row.fields.find("description");
    base::writeJson(json, description ? *description : base::Json());
    write(json, "tags", row.host->tags);
    json.key("targetHost");
    if (const auto target = targetOf(row); !target.empty())
      json.string(target);
    else
      json.null();
    json.key("installedAt");
    const auto* installed = row.fields.find("installedAt");
    base::writeJson(json, installed ? *installed : base::Json());
    write(json, "instances", row.instances);
    write(json, "definedIn", row.sources);
    json.key("place");
    cx.writePlace(json, row.host->place);
    json.endObject();
  }
  json.endArray();
  cx.out.write("\n");
}

}  // namespace

int listMachines(Context& cx) {
  const auto all = rows(cx);
  if (!all) return cx.fail(all.error());
  if (cx.json()) {
    writeRows(cx, *all);
    return cx.finish();
  }
  TextTable table({{"MACHINE"},
                   {"CLASS", false, 0, 3},
                   {"TAGS", false, 8, 2},
                   {"ADDRESS", false, 0, 4},
                   {"SERVICES", false, 10, 5},
                   {"DEFINED IN", false, 0, 6}});
  for (const Row& row : *all)
    table.add({{row.host->name, kBold},
               {row.host->klass},
               {base::join(row.host->tags, " ")},
               {targetOf(row)},
               {base::join(row.instances, " ")},
               {base::join(row.sources, ", "), kDim}});
  if (!table.empty())
    cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
  else if (!cx.quiet())
    cx.out.message("no machines\n");
  return cx.finish();
}

}  // namespace fleetd::cli
