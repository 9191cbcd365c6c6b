// `fleetd machines rename` and `delete`: everything that carries the machine's name.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/cli/machine_files.hpp"
#include "kernel/cli/machines.hpp"
#include "kernel/cli/vars_request.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using base::Json;
using fleet::InventoryPath;
using fleet::Origin;

Error kept(const std::string& what, Span place) { return Error{Code::FL0610, what, "change it there first", place}; }

bool names(const Origin& list, const std::string& name) {
  return std::find(list.items.begin(), list.items.end(), Json(name)) != list.items.end();
}

// Replaces texts of a list, or takes them out.
void replaceIn(fleet::InventoryFile& file, const InventoryPath& path, const std::string& name,
               const std::string& newName) {
  const Json* list = file.find(path);
  if (!list || !list->asArray()) return;
  Json::Array out;
  for (const Json& one : *list->asArray()) {
    if (one != Json(name))
      out.push_back(one);
    else if (!newName.empty())
      out.emplace_back(newName);
  }
  if (out != *list->asArray()) file.set(path, Json(std::move(out)));
}

std::vector<std::string> keysOf(const Json* object) {
  std::vector<std::string> out;
  if (object && object->asObject())
    for (const auto& [name, value] : *object->asObject()) out.push_back(name);
  return out;
}

// Who could read what the machine shared with others gets it encrypted anew.
void encryptAgain(Context& cx, render::Workspace& fleet) {
  if (auto done = encryptForReaders(cx, fleet); !done) {
    Diagnostic d;
    d.code = Code::FL0620;
    d.severity = base::Severity::Warning;
    d.message = "secrets the machine shared are not encrypted anew: " + done.error().message;
    if (!done.error().hint.empty()) d.notes.push_back(done.error().hint);
    d.notes.emplace_back("`fleetd vars fix` does it");
    cx.diagnostics.add(std::move(d));
  }
}

}  // namespace

void encryptForTheOthers(Context& cx) { encryptAgain(cx, cx.workspace()); }

Result<void> checkOnlyInFile(const InventoryChange& change, const std::string& name) {
  const Origin& root = change.origins().root;
  if (const Origin* machine = root.find({"machines", name}))
    return kept(fmt::format("the machine {} is defined in a Nix file", name), machine->place);
  if (const Origin* tags = root.find({"tags"}))
    for (const auto& [tag, list] : tags->children)
      if (names(list, name))
        return kept(fmt::format("a Nix file gives the machine {} the tag {}", name, tag), list.place);
  const Origin* instances = root.find({"instances"});
  if (!instances) return {};
  for (const auto& [instance, origin] : instances->children) {
    const Origin* roles = origin.find({"roles"});
    if (!roles) continue;
    for (const auto& [role, definition] : roles->children) {
      const Origin* member = definition.find({"machines", name});
      if (!member)
        if (const Origin* excluded = definition.find({"excludeMachines"}); excluded && names(*excluded, name))
          member = excluded;
      if (member)
        return kept(fmt::format("a Nix file names the machine {} in role {} of the instance {}", name, role, instance),
                    member->place);
    }
  }
  return {};
}

void replaceMentions(InventoryChange& change, const std::string& name, const std::string& newName) {
  fleet::InventoryFile& file = change.file();
  for (const auto& tag : keysOf(file.find({"tags"}))) replaceIn(file, {"tags", tag}, name, newName);
  for (const auto& instance : keysOf(file.find({"instances"})))
    for (const auto& role : keysOf(file.find({"instances", instance, "roles"}))) {
      const InventoryPath at{"instances", instance, "roles", role};
      InventoryPath machine = at;
      machine.insert(machine.end(), {"machines", name});
      if (newName.empty())
        file.remove(machine);
      else
        file.rename(machine, newName);
      InventoryPath excluded = at;
      excluded.emplace_back("excludeMachines");
      replaceIn(file, excluded, name, newName);
    }
}

Result<void> renameMachine(Context& cx, InventoryChange& change, const std::string& name, const std::string& newName) {
  FLEETD_TRY(change.needMachine(name));
  FLEETD_TRY(checkMachineName(newName));
  for (const fleet::Host& host : cx.workspace().fleet().hosts())
    if (host.klass != "home" && host.name == newName)
      return Error{Code::FL0615, fmt::format("the fleet has a machine {} already", newName), "", host.place};
  FLEETD_TRY(checkOnlyInFile(change, name));
  change.file().rename({"machines", name}, newName);
  replaceMentions(change, name, newName);
  const MachineFiles files = filesOfMachine(change.directory(), name, change.machines());
  for (const std::string& link : files.links) {
    FLEETD_TRY_ASSIGN(std::string target, base::readLink(change.directory() + "/" + link));
    const bool named = target.ends_with("/" + name);
    if (named) target = target.substr(0, target.size() - name.size()) + newName;
    FLEETD_TRY(change.remove(link));
    FLEETD_TRY(change.link(renamedPath(link, name, newName), target));
  }
  for (const std::string& own : files.own) FLEETD_TRY(change.move(own, renamedPath(own, name, newName)));
  return change.apply();
}

Result<void> deleteMachine(Context& cx, InventoryChange& change, const std::string& name) {
  FLEETD_TRY(change.needMachine(name));
  FLEETD_TRY(checkOnlyInFile(change, name));
  change.file().remove({"machines", name});
  replaceMentions(change, name, "");
  const MachineFiles files = filesOfMachine(change.directory(), name, change.machines());
  for (const std::string& link : files.links) FLEETD_TRY(change.remove(link));
  for (const std::string& own : files.own) FLEETD_TRY(change.remove(own));
  FLEETD_TRY(change.apply());
  const bool shared = std::any_of(files.links.begin(), files.links.end(), [](const std::string& link) {
    return link.starts_with("vars/shared/") || link.starts_with("secrets/");
  });
  if (shared) {
    change.release();
    encryptAgain(cx, change.after());
  }
  for (const std::string& link : files.links)
    if (link.starts_with("sops/secrets/")) {
      Diagnostic d;
      d.code = Code::FL0620;
      d.severity = base::Severity::Warning;
      d.message = fmt::format("{} is still encrypted for the removed machine, too", link.substr(0, link.find('/', 13)));
      d.notes.emplace_back("store the secret anew to shut the machine out");
      cx.diagnostics.add(std::move(d));
    }
  return {};
}

}  // namespace fleetd::cli
