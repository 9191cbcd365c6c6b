// Who can read a secret: links beside it, keys they stand for, and what a file is really encrypted for.
#include <algorithm>

#include "plugins/vars/sops/binary_file.hpp"
#include "plugins/vars/store/disk.hpp"
#include "plugins/vars/store/store.hpp"

namespace fleetd::vars {

namespace {

constexpr const char* kKinds[] = {"users", "machines", "groups"};

std::set<std::string>& ofKind(Readers& readers, std::string_view kind) {
  return kind == "users" ? readers.users : kind == "machines" ? readers.machines : readers.groups;
}

}  // namespace

fleet::Result<const Operator*> Store::theOperator() const {
  if (operator_.identities.empty()) {
    FLEET_TRY_ASSIGN(operator_, findOperator());
  }
  return &operator_;
}

fleet::Result<std::set<std::string>> Store::operatorUsers() const {
  FLEET_TRY_ASSIGN(const auto* who, theOperator());
  std::set<std::string> out;
  for (const auto& [name, keys] : users_)
    for (const auto& key : keys)
      for (const auto& identity : who->identities)
        if (identity.recipient.text == key.text) out.insert(name);
  if (!out.empty()) return out;
  // Perhaps the operator is one whose keys cannot be used.
  if (!brokenUsers_.empty()) return brokenUsers_.begin()->second;
  return age::error("VARS34", "your key (" + who->source + ") is none of the fleet's users",
                    "`fleetd vars keygen` adds it; others then have to let you in with `fleetd vars fix`");
}

fleet::Result<Readers> Store::readersAt(const std::string& directory) const {
  Readers out;
  for (const char* kind : kKinds) {
    FLEET_TRY_ASSIGN(const auto names, disk::namesIn(fleet_ + "/" + directory + "/" + kind));
    ofKind(out, kind).insert(names.begin(), names.end());
  }
  return out;
}

fleet::Result<void> Store::setLinks(const std::string& directory, const Readers& readers) {
  Readers wanted = readers;
  FLEET_TRY_ASSIGN(auto before, readersAt(directory));
  for (const char* kind : kKinds) {
    const auto& names = ofKind(wanted, kind);
    for (const auto& name : ofKind(before, kind))
      if (!names.contains(name)) change_.remove(directory + "/" + kind + "/" + name);
    for (const auto& name : names)
      change_.link(directory + "/" + kind + "/" + name, "sops/" + std::string(kind) + "/" + name);
  }
  return {};
}

fleet::Result<std::vector<age::Recipient>> Store::recipientsFor(const Readers& readers) const {
  std::map<std::string, age::Recipient> out;  // by text: nobody twice, always in the same order
  const auto add = [&](const KeysByName& keys, const BrokenKeys& broken, const std::string& kind,
                       const std::string& name) -> fleet::Result<void> {
    if (const auto found = broken.find(name); found != broken.end()) return found->second;
    const auto found = keys.find(name);
    if (found == keys.end())
      return age::error("VARS35", "sops/" + kind + "/" + name + " has no key", "add its key, or remove the link to it");
    for (const auto& key : found->second) out.emplace(key.text, key);
    return {};
  };
  Readers all = readers;
  for (const auto& group : readers.groups) {
    const std::string directory = fleet_ + "/sops/groups/" + group;
    for (const char* kind : {"users", "machines"}) {
      FLEET_TRY_ASSIGN(const auto names, disk::namesIn(directory + "/" + kind));
      ofKind(all, kind).insert(names.begin(), names.end());
    }
  }
  for (const auto& name : all.users) FLEET_TRY(add(users_, brokenUsers_, "users", name));
  for (const auto& name : all.machines) FLEET_TRY(add(machines_, brokenMachines_, "machines", name));
  std::vector<age::Recipient> list;
  for (auto& [text, key] : out) list.push_back(std::move(key));
  return list;
}

fleet::Result<bool> Store::isHealthyAt(const std::string& directory) const {
  FLEET_TRY_ASSIGN(const auto text, disk::read(fleet_ + "/" + directory + "/secret"));
  FLEET_TRY_ASSIGN(const auto actual, sops::recipientsOf(text));
  FLEET_TRY_ASSIGN(const auto readers, readersAt(directory));
  FLEET_TRY_ASSIGN(const auto wanted, recipientsFor(readers));
  std::vector<std::string> names;
  for (const auto& one : wanted) names.push_back(one.text);
  return names == actual;
}

}  // namespace fleetd::vars
