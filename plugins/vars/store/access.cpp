// Reading the tree of secrets, and planning what a change concerns. Writing is in access_write.cpp.
#include "plugins/vars/store/access.hpp"

#include <algorithm>

#include "plugins/vars/sops/binary_file.hpp"
#include "plugins/vars/store/disk.hpp"

namespace fleetd::vars {

namespace {

std::set<std::string> among(const std::set<std::string>& keys, const std::vector<std::string>& texts) {
  std::set<std::string> out;
  for (const auto& text : texts)
    if (keys.contains(text)) out.insert(text);
  return out;
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 5;
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i) out += (i ? ", " : "") + names[i];
  if (names.size() > kShown) out += " and " + std::to_string(names.size() - kShown) + " more";
  return out;
}

}  // namespace

std::set<std::string>& linksOfKind(Readers& readers, std::string_view kind) {
  return kind == "users" ? readers.users : kind == "machines" ? readers.machines : readers.groups;
}
const std::set<std::string>& linksOfKind(const Readers& readers, std::string_view kind) {
  return kind == "users" ? readers.users : kind == "machines" ? readers.machines : readers.groups;
}

KeysByText Members::keysOf(const Readers& readers) const {
  Readers all = readers;
  for (const auto& name : readers.groups)
    if (const auto group = groups.find(name); group != groups.end()) {
      all.users.insert(group->second.users.begin(), group->second.users.end());
      all.machines.insert(group->second.machines.begin(), group->second.machines.end());
    }
  KeysByText out;
  for (const char* kind : {"users", "machines"})
    for (const auto& name : linksOfKind(all, kind))
      if (const auto found = ofKind(kind).find(name); found != ofKind(kind).end())
        for (const auto& key : found->second) out.emplace(key.text, key);
  return out;
}

std::set<std::string> Members::names(std::string_view kind) const {
  std::set<std::string> out = kind == "users" ? brokenUsers : brokenMachines;
  for (const auto& [name, keys] : ofKind(kind)) out.insert(name);
  return out;
}

std::vector<age::Recipient> Members::keysOf(std::string_view kind, const std::string& name) const {
  const auto found = ofKind(kind).find(name);
  return found == ofKind(kind).end() ? std::vector<age::Recipient>() : found->second;
}

std::vector<std::string> Members::withoutKey(const Readers& readers) const {
  std::vector<std::string> out;
  const auto look = [&](const std::string& kind, const std::set<std::string>& names) {
    for (const auto& name : names)
      if (!ofKind(kind).contains(name)) out.push_back(kind + "/" + name);
  };
  look("users", readers.users);
  look("machines", readers.machines);
  for (const auto& name : readers.groups) {
    const auto group = groups.find(name);
    if (group == groups.end()) {
      out.push_back("groups/" + name);
      continue;
    }
    look("users", group->second.users);
    look("machines", group->second.machines);
  }
  return out;
}

fleet::Result<Access> Access::open(Store& store) {
  Access out(store);
  out.members_.users = store.users_;
  out.members_.machines = store.machines_;
  for (const auto& [name, why] : store.brokenUsers_) out.members_.brokenUsers.insert(name);
  for (const auto& [name, why] : store.brokenMachines_) out.members_.brokenMachines.insert(name);
  const std::string directory = store.fleet_ + "/sops/groups";
  FLEET_TRY_ASSIGN(const auto groups, disk::namesIn(directory));
  for (const auto& name : groups) {
    Group group;
    FLEET_TRY_ASSIGN(const auto users, disk::namesIn(directory + "/" + name + "/users"));
    FLEET_TRY_ASSIGN(const auto machines, disk::namesIn(directory + "/" + name + "/machines"));
    group.users.insert(users.begin(), users.end());
    group.machines.insert(machines.begin(), machines.end());
    out.members_.groups[name] = std::move(group);
  }
  return out;
}

std::string Access::absolute(const std::string& path) const { return store_->fleet_ + "/" + path; }

fleet::Result<std::vector<std::string>> Access::all() const {
  const auto isSecret = [](const auto&, const auto& name) { return name == "secret"; };
  FLEET_TRY_ASSIGN(auto out, disk::directoriesWith(store_->fleet_, "sops/secrets", isSecret));
  FLEET_TRY_ASSIGN(const auto ofGenerators, disk::directoriesWith(store_->fleet_, "vars", isSecret));
  out.insert(out.end(), ofGenerators.begin(), ofGenerators.end());
  return out;
}

fleet::Result<std::vector<std::string>> Access::publicValues() const {
  return disk::directoriesWith(store_->fleet_, "vars", [](const auto&, const auto& name) { return name == "value"; });
}

bool Access::isThere(const std::string& directory) const { return store_->hasSecretAt(directory); }

fleet::Result<Readers> Access::readersOf(const std::string& directory) const { return store_->readersAt(directory); }

fleet::Result<std::vector<std::string>> Access::keysIn(const std::string& directory) const {
  FLEET_TRY_ASSIGN(const auto text, disk::read(absolute(directory) + "/secret"));
  auto keys = sops::recipientsOf(text);
  if (!keys) {
    fleet::Error e = std::move(keys).error();
    e.message = directory + ": " + e.message;
    return e;
  }
  return keys;
}

fleet::Result<SecretBytes> Access::read(const std::string& directory) const { return store_->readSecretAt(directory); }

fleet::Result<std::set<std::string>> Access::ownKeys() const {
  FLEET_TRY_ASSIGN(const auto* who, store_->theOperator());
  std::set<std::string> out;
  for (const auto& identity : who->identities) out.insert(identity.recipient.text);
  return out;
}

fleet::Result<std::vector<Reseal>> Access::plan(const MemberChange& change) const {
  FLEET_TRY_ASSIGN(const auto directories, all());
  std::vector<Reseal> out;
  std::vector<std::string> lost, closed, keyless;
  std::set<std::string> own;
  for (const auto& directory : directories) {
    FLEET_TRY_ASSIGN(const Readers before, readersOf(directory));
    Readers readers = before;
    if (change.relink) change.relink(directory, readers);
    FLEET_TRY_ASSIGN(const auto actual, keysIn(directory));
    const KeysByText wanted = change.after.keysOf(readers);
    std::vector<std::string> texts;
    for (const auto& [text, key] : wanted) texts.push_back(text);
    if (readers == before && among(change.keys, actual) == among(change.keys, texts)) continue;
    if (own.empty()) {
      FLEET_TRY_ASSIGN(own, ownKeys());
    }
    if (wanted.empty()) lost.push_back(directory);
    if (!own.contains("") && among(own, actual).empty()) closed.push_back(directory);
    for (const auto& name : change.after.withoutKey(readers)) keyless.push_back("sops/" + name);
    Reseal one{directory, std::move(readers), {}};
    for (const auto& [text, key] : wanted) one.recipients.push_back(key);
    out.push_back(std::move(one));
  }
  if (!lost.empty())
    return age::error("VARS83", "nobody could read " + listed(lost) + " any more",
                      "let somebody else read it first, or remove it");
  if (!closed.empty())
    return age::error("VARS84", "your key does not open " + listed(closed) + ", so it cannot be encrypted again",
                      "have somebody do this who can read it; `fleetd secrets who` shows who that is");
  if (!keyless.empty())
    return age::error("VARS35", listed(keyless) + " has no key that can be used",
                      "add its key, or remove the links to it");
  return out;
}

}  // namespace fleetd::vars
