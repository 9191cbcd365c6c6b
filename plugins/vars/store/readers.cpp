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
  FLEET_TRY_ASSIGN(const auto readers, readersAt(directory));
  return isSealedFor(directory, readers);
}

fleet::Result<bool> Store::isSealedFor(const std::string& directory, const Readers& readers) const {
  FLEET_TRY_ASSIGN(const auto text, disk::read(fleet_ + "/" + directory + "/secret"));
  FLEET_TRY_ASSIGN(const auto actual, sops::recipientsOf(text));
  FLEET_TRY_ASSIGN(const auto wanted, recipientsFor(readers));
  std::vector<std::string> names;
  for (const auto& one : wanted) names.push_back(one.text);
  return names == actual;
}

// --- of generators and machines, whichever store they are in ---

// As before, but exactly the machines that get it, and the groups that always may.
Readers Store::wantedReaders(Readers now, const Audience& audience) {
  if (!audience.deploy)
    for (const auto& machine : audience.machines) now.machines.erase(machine);
  else
    now.machines.insert(audience.machines.begin(), audience.machines.end());
  now.groups.insert(audience.groups.begin(), audience.groups.end());
  return now;
}

fleet::Result<bool> Store::isFor(const std::string& place, const std::string& file, const Audience& audience) const {
  if (other_) return other_->isFor({place, file}, audience);
  const std::string directory = directoryOf(place, file);
  FLEET_TRY_ASSIGN(const auto readers, readersAt(directory));
  if (wantedReaders(readers, audience) != readers) return false;
  return isSealedFor(directory, readers);
}

fleet::Result<bool> Store::makeFor(const std::string& place, const std::string& file, const Audience& audience) {
  if (!other_) {
    FLEET_TRY_ASSIGN(auto readers, readersAt(directoryOf(place, file)));
    return setReadersAt(directoryOf(place, file), wantedReaders(std::move(readers), audience));
  }
  FLEET_TRY_ASSIGN(const bool fine, other_->isFor({place, file}, audience));
  if (fine) return false;
  FLEET_TRY_ASSIGN(const auto value, other_->read(place, file));
  FLEET_TRY(writeSecret(place, file, value, audience));
  return true;
}

bool Store::hasMachineKey(const std::string& machine) const {
  return other_ ? other_->hasKey(machine) : hasSecretAt(keyDirectoryOf(machine));
}

std::string Store::machineKeyLocation(const std::string& machine) const {
  return other_ ? "secrets/age-keys/machines/" + machine : keyDirectoryOf(machine);
}

fleet::Result<bool> Store::isKeyFor(const std::string& machine, const std::set<std::string>& groups) const {
  if (other_) return other_->isKeyFine(machine);
  FLEET_TRY_ASSIGN(const auto readers, readersAt(keyDirectoryOf(machine)));
  for (const auto& group : groups)
    if (!readers.groups.contains(group)) return false;
  return isSealedFor(keyDirectoryOf(machine), readers);
}

fleet::Result<bool> Store::makeKeyFor(const std::string& machine, const std::set<std::string>& groups) {
  if (!other_) {
    FLEET_TRY_ASSIGN(auto readers, readersAt(keyDirectoryOf(machine)));
    readers.groups.insert(groups.begin(), groups.end());
    return setReadersAt(keyDirectoryOf(machine), readers);
  }
  FLEET_TRY_ASSIGN(const bool fine, other_->isKeyFine(machine));
  if (fine) return false;
  FLEET_TRY(atOnce("secrets: encrypt the key of " + machine + " again",
                   [&] { return other_->stageKeyAgain(change_, machine); }));
  return true;
}

fleet::Result<std::vector<StoredSecret>> Store::secrets() const {
  if (other_) return other_->all();
  std::vector<StoredSecret> out;
  FLEET_TRY_ASSIGN(const auto found, disk::directoriesWith(fleet_, "vars", [](const auto&, const auto& name) {
                     return name == "secret";
                   }));
  constexpr std::size_t kAbove = std::string_view("vars/").size();
  for (const auto& directory : found)
    if (const std::size_t slash = directory.rfind('/'); slash > kAbove)
      out.push_back({directory.substr(kAbove, slash - kAbove), directory.substr(slash + 1)});
  return out;
}

std::string Store::locationOf(const std::string& place) const {
  return other_ ? other_->locationOf(place) : "vars/" + place;
}

}  // namespace fleetd::vars
