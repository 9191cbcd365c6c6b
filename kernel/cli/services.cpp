// `fleetd services`: the instances of the inventory, and what services can be set to.
#include <algorithm>

#include <fmt/format.h>
#include <fleet/cxx/path.hpp>

#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/inventory_words.hpp"
#include "kernel/cli/json_schema.hpp"
#include "kernel/cli/locate.hpp"
#include "kernel/cli/open_plugins.hpp"
#include "kernel/cli/own_service.hpp"
#include "kernel/cli/services_edit.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/fleet/own_services.hpp"
#include "kernel/process/crash.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using fleet::ServiceInstance;

std::string rolesText(const ServiceInstance& instance) {
  std::string out;
  for (const auto& [name, role] : instance.roles) {
    std::string machines;
    for (const auto& [machine, settings] : role.machines) machines += (machines.empty() ? "" : " ") + machine;
    out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", name, machines.empty() ? "nobody" : machines);
  }
  return out;
}

std::string implementedBy(const render::Services& services, const ServiceInstance& instance) {
  if (instance.own) return "this fleet";
  if (services.implements(instance.service)) return "plugin";
  return "Nix";
}

int list(Context& cx) {
  const auto& services = cx.workspace().services();
  const auto& instances = services.inventory().instances;
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginArray();
    for (const ServiceInstance& instance : instances) {
      json.beginObject().member("instance", instance.name).member("service", instance.service);
      json.key("input");
      if (instance.input.empty())
        json.null();
      else
        json.string(instance.input);
      json.member("implementedBy", implementedBy(services, instance)).key("roles").beginObject();
      for (const auto& [name, role] : instance.roles) {
        json.key(name).beginObject().key("machines").beginArray();
        for (const auto& [machine, settings] : role.machines) json.string(machine);
        json.endArray().key("tags").beginArray();
        for (const auto& tag : role.tags) json.string(tag);
        json.endArray().endObject();
      }
      json.endObject().key("place");
      cx.writePlace(json, instance.place);
      json.endObject();
    }
    json.endArray();
    cx.out.write("\n");
    return cx.finish();
  }
  TextTable table({{"INSTANCE"}, {"SERVICE"}, {"BY", false, 0, 3}, {"ROLES", false, 20, 1}, {"PLACE", false, 0, 2}});
  for (const ServiceInstance& instance : instances)
    table.add({{instance.name, kBold},
               {instance.service},
               {implementedBy(services, instance)},
               {rolesText(instance)},
               {cx.placeText(instance.place)}});
  if (!table.empty())
    cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
  else if (!cx.quiet())
    cx.out.message("the inventory has no instances of services\n");
  return cx.finish();
}

void printOptions(Context& cx, const std::vector<sdk::OptionDecl>& options, const std::string& above, int depth) {
  constexpr int kDeepest = 8;
  if (depth > kDeepest) return;
  for (const auto& option : options) {
    const std::string name = above + sdk::formatPath(option.path);
    const sdk::Type* type = &option.type;
    std::string below = name + ".";
    if (type->kind == sdk::Type::Kind::map && !type->of.empty()) {
      type = &type->of.front();
      below += "<name>.";
    }
    const bool nested = type->kind == sdk::Type::Kind::submodule;
    if (!nested || type != &option.type) {
      std::string fallback = "required";
      if (option.fallback) {
        fallback.clear();
        base::JsonWriter json(fallback);
        writeJson(json, *option.fallback);
      }
      cx.out.write(fmt::format("    {}  {}\n", cx.out.styled(kBold, name),
                               cx.out.styled(kDim, fmt::format("{}, default {}", typeName(option.type), fallback))));
      if (!option.doc.empty()) cx.out.write(fmt::format("        {}\n", base::sanitize(option.doc)));
    }
    if (nested) printOptions(cx, type->options, below, depth + 1);
  }
}

std::string limitsOf(const sdk::RoleDecl& role) {
  std::string out;
  if (role.minMachines) out += fmt::format(", at least {}", *role.minMachines);
  if (role.maxMachines) out += fmt::format(", at most {}", *role.maxMachines);
  if (!role.classes.empty()) out += ", for " + base::join(role.classes, " ");
  return out;
}

std::vector<std::string> pathsOf(const plugin::Manifest& manifest) {
  std::vector<std::string> out;
  for (const auto& path : manifest.writes) out.push_back(sdk::formatPath(path));
  return out;
}

void writeTexts(base::JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).beginArray();
  for (const auto& one : texts) json.string(one);
  json.endArray();
}

void print(Context& cx, const plugin::Manifest& manifest, const plugin::Schema& schema) {
  cx.out.write(fmt::format("{}  {}\n", cx.out.styled(kBold, manifest.id), base::sanitize(manifest.description)));
  cx.out.write(fmt::format("classes: {}\n", manifest.platforms.empty() ? "all" : base::join(manifest.platforms, " ")));
  const auto writes = pathsOf(manifest);
  if (!writes.empty()) cx.out.write(fmt::format("sets: {}\n", base::join(writes, " ")));
  if (!schema.exports.empty()) cx.out.write(fmt::format("exports: {}\n", base::join(schema.exports, " ")));
  if (schema.maxInstances) cx.out.write(fmt::format("instances: at most {}\n", *schema.maxInstances));
  for (const auto& generator : schema.generators)
    cx.out.write(fmt::format("generates: {}  {}\n", base::sanitize(generator.name),
                             cx.out.styled(kDim, base::sanitize(generator.doc))));
  for (const auto& role : schema.roles) {
    cx.out.write(fmt::format("\n  role {}{}\n", cx.out.styled(kBold, role.name), limitsOf(role)));
    if (!role.doc.empty()) cx.out.write(fmt::format("    {}\n", base::sanitize(role.doc)));
    printOptions(cx, role.settings, "", 0);
    if (role.open) cx.out.write("    further settings are allowed\n");
  }
}

void writeSchema(Context& cx, const plugin::Schema& schema) {
  base::JsonWriter json(cx.out.data(), 2);
  json.beginObject();
  for (const auto& role : schema.roles) {
    json.key(role.name);
    writeJsonSchema(json, role.settings, role.open);
  }
  json.endObject();
  cx.out.write("\n");
}

void writeService(Context& cx, const plugin::Manifest& manifest, const plugin::Schema& schema) {
  base::JsonWriter json(cx.out.data(), 2);
  json.beginObject().member("service", manifest.id).member("description", manifest.description);
  json.key("classes").beginArray();
  for (const auto& one : manifest.platforms) json.string(one);
  json.endArray();
  writeTexts(json, "sets", pathsOf(manifest));
  writeTexts(json, "exports", schema.exports);
  json.key("generators").beginArray();
  for (const auto& generator : schema.generators)
    json.beginObject().member("name", generator.name).member("description", generator.doc).endObject();
  json.endArray().key("roles").beginObject();
  for (const auto& role : schema.roles) {
    json.key(role.name).beginObject().member("description", role.doc);
    writeTexts(json, "classes", role.classes);
    if (role.minMachines) json.member("minMachines", *role.minMachines);
    if (role.maxMachines) json.member("maxMachines", *role.maxMachines);
    json.key("settings");
    writeJsonSchema(json, role.settings, role.open);
    json.endObject();
  }
  json.endObject().endObject();
  cx.out.write("\n");
}

int one(Context& cx, std::string_view verb, std::string_view name) {
  const process::Repeatable repeatable;
  plugin::Plugins plugins = openPlugins(cx, "");
  std::vector<std::string> services;
  for (const auto& file : plugins.files())
    if (const auto schema = plugins.schema(file.id); schema && !(*schema)->roles.empty()) services.push_back(file.id);
  if (std::find(services.begin(), services.end(), name) == services.end()) {
    // Perhaps a module of the fleet this is, if it is one.
    if (locateFleet(cx.args.value("--fleet"), cx.args.has("--fleet"))) {
      if (const auto fleet = cx.openFleet(); !fleet) return cx.fail(fleet.error());
      auto own = fleet::ownServices(cx.workspace().fleet());
      if (std::find(own.begin(), own.end(), name) != own.end()) return showOwnService(cx, verb, std::string(name));
      services.insert(services.end(), own.begin(), own.end());
    }
    const std::vector<std::string_view> names(services.begin(), services.end());
    std::string hint = suggestion(name, names);
    if (hint.empty()) hint = "there are: " + base::join(services, " ");
    return worse(kUsage, cx.fail({Code::FL0301,
                                  fmt::format("neither a plugin nor this fleet has a service `{}`", shownWord(name)),
                                  std::move(hint),
                                  {}}));
  }
  const std::string id(name);
  const plugin::Manifest& manifest = **plugins.manifest(id);
  const plugin::Schema& schema = **plugins.schema(id);
  if (verb == "schema")
    writeSchema(cx, schema);
  else if (cx.json())
    writeService(cx, manifest, schema);
  else
    print(cx, manifest, schema);
  return cx.finish();
}

}  // namespace

int runServices(Context& cx) {
  const std::string_view verb = cx.args.positionals.empty() ? "list" : cx.args.positional(0);
  if (verb == "show" || verb == "schema") {
    if (cx.args.positionals.size() < 2)
      return cx.fail({Code::FL0903,
                      fmt::format("`fleetd services {}` needs the name of a service", verb),
                      "`fleetd services` lists the instances and their services",
                      {}});
    if (auto alone = noMoreWords(cx.args, 2); !alone) return cx.fail(alone.error());
    return one(cx, verb, cx.args.positional(1));
  }
  if (verb == "add" || verb == "set" || verb == "remove") return editServices(cx, verb);
  if (verb != "list")
    return cx.fail({Code::FL0903,
                    fmt::format("unexpected argument `{}`", shownWord(verb)),
                    "`list`, `show NAME`, `schema NAME`, `add NAME`, `set NAME` or `remove NAME`",
                    {}});
  if (auto alone = noMoreWords(cx.args, 1); !alone) return cx.fail(alone.error());
  const auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  return list(cx);
}

}  // namespace fleetd::cli
