// `fleetd tags`: which machines carry which tag, and giving and taking tags in inventory.json.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/cli/inventory_change.hpp"
#include "kernel/cli/inventory_words.hpp"
#include "kernel/cli/text_table.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using base::Json;

// Tag -> "instance.role" that is given by it.
std::map<std::string, std::vector<std::string>> rolesByTag(const fleet::Inventory& inventory) {
  std::map<std::string, std::vector<std::string>> out;
  for (const auto& instance : inventory.instances)
    for (const auto& [name, role] : instance.roles)
      for (const auto& tag : role.tags) out[tag].push_back(instance.name + "." + name);
  return out;
}

// Tag -> hosts. Hosts outside of an inventory have tags, too.
std::map<std::string, std::set<std::string>> hostsByTag(Context& cx) {
  std::map<std::string, std::set<std::string>> out;
  for (const fleet::Host& host : cx.workspace().fleet().hosts())
    for (const auto& tag : host.tags) out[tag].insert(host.name);
  for (const auto& [tag, machines] : cx.workspace().services().inventory().tags)
    out[tag].insert(machines.begin(), machines.end());
  return out;
}

int list(Context& cx) {
  if (const auto fleet = cx.openFleet(); !fleet) return cx.fail(fleet.error());
  auto tags = hostsByTag(cx);
  const auto roles = rolesByTag(cx.workspace().services().inventory());
  for (const auto& [tag, given] : roles) tags[tag];
  const auto rolesOf = [&](const std::string& tag) {
    const auto found = roles.find(tag);
    return found == roles.end() ? std::vector<std::string>() : found->second;
  };
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginArray();
    for (const auto& [tag, machines] : tags) {
      json.beginObject().member("tag", tag).key("machines").beginArray();
      for (const auto& machine : machines) json.string(machine);
      json.endArray().key("roles").beginArray();
      for (const auto& role : rolesOf(tag)) json.string(role);
      json.endArray().endObject();
    }
    json.endArray();
    cx.out.write("\n");
    return cx.finish();
  }
  TextTable table({{"TAG"}, {"MACHINES", false, 10, 1}, {"ROLES", false, 10, 2}});
  for (const auto& [tag, machines] : tags)
    table.add({{tag, kBold},
               {base::join(std::vector<std::string>(machines.begin(), machines.end()), " ")},
               {base::join(rolesOf(tag), " ")}});
  if (!table.empty()) cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
  return cx.finish();
}

Result<void> changeTag(InventoryChange& change, bool add, const std::string& machine, const std::string& tag) {
  FLEETD_TRY(change.needMachine(machine));
  const fleet::InventoryPath path{"machines", machine, "tags"};
  const Json old = change.edit().effective(path);
  Json::Array items = old.asArray() ? *old.asArray() : Json::Array();
  const auto found = std::find(items.begin(), items.end(), Json(tag));
  if (add == (found != items.end())) {
    if (add) return {};
    std::vector<std::string_view> names;
    for (const Json& one : items)
      if (one.asString()) names.push_back(*one.asString());
    std::string hint = suggestion(tag, names);
    if (hint.empty())
      hint = names.empty() ? "it has no tags of its own" : "its own tags are: " + base::join(names, " ");
    return Error{Code::FL0616,
                 fmt::format("the machine {} has no tag `{}` of its own", machine, shownWord(tag)),
                 std::move(hint),
                 {}};
  }
  if (add) {
    FLEETD_TRY(checkTag(tag));
    items.emplace_back(tag);
  } else {
    items.erase(found);
  }
  FLEETD_TRY(change.edit().set(path, Json(std::move(items))));
  return change.apply();
}

}  // namespace

int runTags(Context& cx) {
  const std::string_view verb = cx.args.positionals.empty() ? "list" : cx.args.positional(0);
  if (verb == "list") {
    if (auto alone = noMoreWords(cx.args, 1); !alone) return cx.fail(alone.error());
    return list(cx);
  }
  if (verb != "add" && verb != "remove") {
    std::string hint = suggestion(verb, {"list", "add", "remove"});
    if (hint.empty()) hint = "the verbs are list, add and remove";
    return cx.fail({Code::FL0903, fmt::format("unknown verb `{}`", shownWord(verb)), std::move(hint), {}});
  }
  if (cx.args.positionals.size() != 3)
    return cx.fail({Code::FL0903,
                    fmt::format("`fleetd tags {}` needs a machine and a tag", verb),
                    fmt::format("fleetd tags {} MACHINE TAG", verb),
                    {}});
  auto opened = InventoryChange::open(cx);
  if (!opened) return cx.fail(opened.error());
  const std::string machine(cx.args.positional(1)), tag(cx.args.positional(2));
  const std::string message =
      fmt::format("inventory.json: {} tag {} {} {}", verb, tag, verb == "add" ? "to" : "from", machine);
  (*opened)->describe(message);
  if (auto done = changeTag(**opened, verb == "add", machine, tag); !done) return cx.fail(done.error());
  (*opened)->commit();
  if (!cx.quiet() && !cx.json()) cx.out.message((*opened)->touched() ? message + "\n" : "nothing changes\n");
  return cx.finish();
}

}  // namespace fleetd::cli
