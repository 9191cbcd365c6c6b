// Values and who can read them.
#include "plugins/vars/store/store.hpp"

#include <algorithm>
#include <ctime>

#include "plugins/vars/sops/binary_file.hpp"
#include "plugins/vars/store/disk.hpp"

namespace fleetd::vars {

namespace {

constexpr const char* kKinds[] = {"users", "machines", "groups"};

std::set<std::string>& ofKind(Readers& readers, std::string_view kind) {
  return kind == "users" ? readers.users : kind == "machines" ? readers.machines : readers.groups;
}

}  // namespace

std::string utcNow() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return {text, size};
}

std::string placeOf(const std::string& machine, const std::string& generator, bool shared) {
  return shared ? "shared/" + generator : "per-machine/" + machine + "/" + generator;
}

fleet::Result<Store> Store::open(std::string fleet) {
  Store out(std::move(fleet));
  FLEET_TRY_ASSIGN(out.users_, readKeys(out.fleet_, "users"));
  FLEET_TRY_ASSIGN(out.machines_, readKeys(out.fleet_, "machines"));
  return out;
}

std::string Store::pathOf(const std::string& place, const std::string& file) const {
  return fleet_ + "/vars/" + place + "/" + file;
}

fleet::Result<void> Store::put(const std::string& path, std::string_view content) {
  FLEET_TRY(disk::write(path, content));
  touched_.push_back(path.substr(fleet_.size() + 1));
  return {};
}

std::vector<std::string> Store::takeTouched() { return std::exchange(touched_, {}); }

bool Store::hasPublic(const std::string& place, const std::string& file) const {
  return disk::exists(pathOf(place, file) + "/value");
}
bool Store::hasSecret(const std::string& place, const std::string& file) const {
  return disk::exists(pathOf(place, file) + "/secret");
}
fleet::Result<std::string> Store::readPublic(const std::string& place, const std::string& file) const {
  return disk::read(pathOf(place, file) + "/value");
}

fleet::Result<const Operator*> Store::theOperator() const {
  if (operator_.identities.empty()) {
    FLEET_TRY_ASSIGN(operator_, findOperator());
  }
  return &operator_;
}

fleet::Result<SecretBytes> Store::readSecret(const std::string& place, const std::string& file) const {
  FLEET_TRY_ASSIGN(const auto* who, theOperator());
  const std::string path = pathOf(place, file) + "/secret";
  FLEET_TRY_ASSIGN(const auto text, disk::read(path));
  auto out = sops::decryptFile(text, who->identities);
  if (!out) {
    fleet::Error e = std::move(out).error();
    e.message = path.substr(fleet_.size() + 1) + ": " + e.message;
    return e;
  }
  return out;
}

fleet::Result<SecretBytes> Store::machineKey(const std::string& machine) const {
  constexpr std::size_t kMost = 4096;  // fits into any pipe, so that nobody waits for anybody
  const std::string path = fleet_ + "/sops/secrets/" + machine + "-age.key/secret";
  if (!disk::exists(path))
    return age::error("VARS37", machine + " has no key", "`fleetd vars generate` makes one with its first secret");
  FLEET_TRY_ASSIGN(const auto* who, theOperator());
  FLEET_TRY_ASSIGN(const auto text, disk::read(path));
  auto out = sops::decryptFile(text, who->identities);
  if (!out) {
    fleet::Error e = std::move(out).error();
    e.message = "the key of " + machine + ": " + e.message;
    return e;
  }
  if (out->span().empty() || out->span().size() > kMost)
    return age::error("VARS37", "the key of " + machine + " is none");
  return out;
}

std::string Store::readHash(const std::string& place) const {
  const auto text = disk::read(fleet_ + "/vars/" + place + "/.validation-hash");
  return text ? *text : std::string();
}

fleet::Result<void> Store::writeHash(const std::string& place, const std::string& hash) {
  const std::string path = fleet_ + "/vars/" + place + "/.validation-hash";
  if (readHash(place) == hash) return {};
  if (!hash.empty()) return put(path, hash);
  FLEET_TRY(disk::remove(path));
  touched_.push_back(path.substr(fleet_.size() + 1));
  return {};
}

fleet::Result<void> Store::writePublic(const std::string& place, const std::string& file, std::string_view value) {
  if (hasSecret(place, file))
    return age::error("VARS33", place + "/" + file + " is kept as a secret and would become public",
                      "remove vars/" + place + "/" + file + " yourself if you mean it");
  return put(pathOf(place, file) + "/value", value);
}

fleet::Result<void> Store::writeSecret(const std::string& place, const std::string& file, const SecretBytes& value,
                                       const std::set<std::string>& machines, const std::set<std::string>& groups) {
  Readers readers;
  FLEET_TRY_ASSIGN(readers.users, operatorUsers());
  readers.machines = machines;
  readers.groups = groups;
  for (const auto& machine : machines) FLEET_TRY(ensureMachineKey(machine));
  FLEET_TRY_ASSIGN(const auto recipients, recipientsFor(readers));
  FLEET_TRY_ASSIGN(const auto text, sops::encryptFile(value.span(), recipients, utcNow()));
  const std::string path = pathOf(place, file);
  FLEET_TRY(setLinks(path, readers));
  FLEET_TRY(put(path + "/secret", text));
  // A value that was public must not stay beside its secret.
  if (hasPublic(place, file)) {
    FLEET_TRY(disk::remove(path + "/value"));
    touched_.push_back((path + "/value").substr(fleet_.size() + 1));
  }
  return {};
}

Readers Store::readersOf(const std::string& place, const std::string& file) const {
  Readers out;
  for (const char* kind : kKinds)
    for (const auto& name : disk::namesIn(pathOf(place, file) + "/" + kind)) ofKind(out, kind).insert(name);
  return out;
}

fleet::Result<void> Store::setLinks(const std::string& directory, const Readers& readers) {
  Readers wanted = readers;
  for (const char* kind : kKinds) {
    const auto& names = ofKind(wanted, kind);
    for (const auto& name : disk::namesIn(directory + "/" + kind)) {
      if (names.contains(name)) continue;
      FLEET_TRY(disk::remove(directory + "/" + kind + "/" + name));
      touched_.push_back((directory + "/" + kind + "/" + name).substr(fleet_.size() + 1));
    }
    for (const auto& name : names) {
      const std::string path = directory + "/" + kind + "/" + name;
      FLEET_TRY(disk::link(path, fleet_ + "/sops/" + kind + "/" + name));
      touched_.push_back(path.substr(fleet_.size() + 1));
    }
  }
  return {};
}

fleet::Result<std::vector<age::Recipient>> Store::recipientsFor(const Readers& readers) const {
  std::map<std::string, age::Recipient> out;  // by text: nobody twice, always in the same order
  const auto add = [&](const KeysByName& keys, const std::string& kind,
                       const std::string& name) -> fleet::Result<void> {
    const auto found = keys.find(name);
    if (found == keys.end())
      return age::error("VARS35", "sops/" + kind + "/" + name + " has no key", "add its key, or remove the link to it");
    for (const auto& key : found->second) out.emplace(key.text, key);
    return {};
  };
  Readers all = readers;
  for (const auto& group : readers.groups) {
    const std::string directory = fleet_ + "/sops/groups/" + group;
    for (const char* kind : {"users", "machines"})
      for (const auto& name : disk::namesIn(directory + "/" + kind)) ofKind(all, kind).insert(name);
  }
  for (const auto& name : all.users) FLEET_TRY(add(users_, "users", name));
  for (const auto& name : all.machines) FLEET_TRY(add(machines_, "machines", name));
  std::vector<age::Recipient> list;
  for (auto& [text, key] : out) list.push_back(std::move(key));
  return list;
}

fleet::Result<bool> Store::isHealthy(const std::string& place, const std::string& file) const {
  FLEET_TRY_ASSIGN(const auto text, disk::read(pathOf(place, file) + "/secret"));
  FLEET_TRY_ASSIGN(const auto actual, sops::recipientsOf(text));
  FLEET_TRY_ASSIGN(const auto wanted, recipientsFor(readersOf(place, file)));
  std::vector<std::string> names;
  for (const auto& one : wanted) names.push_back(one.text);
  return names == actual;
}

fleet::Result<bool> Store::setReaders(const std::string& place, const std::string& file, const Readers& readers) {
  FLEET_TRY_ASSIGN(const bool healthy, isHealthy(place, file));
  if (healthy && readersOf(place, file) == readers) return false;
  for (const auto& machine : readers.machines) FLEET_TRY(ensureMachineKey(machine));
  FLEET_TRY_ASSIGN(const auto value, readSecret(place, file));
  FLEET_TRY_ASSIGN(const auto recipients, recipientsFor(readers));
  FLEET_TRY_ASSIGN(const auto text, sops::encryptFile(value.span(), recipients, utcNow()));
  FLEET_TRY(setLinks(pathOf(place, file), readers));
  FLEET_TRY(put(pathOf(place, file) + "/secret", text));
  return true;
}

fleet::Result<std::set<std::string>> Store::operatorUsers() const {
  FLEET_TRY_ASSIGN(const auto* who, theOperator());
  std::set<std::string> out;
  for (const auto& [name, keys] : users_)
    for (const auto& key : keys)
      for (const auto& identity : who->identities)
        if (identity.recipient.text == key.text) out.insert(name);
  if (out.empty())
    return age::error("VARS34", "your key (" + who->source + ") is none of the fleet's users",
                      "`fleetd vars keygen` adds it; others then have to let you in with `fleetd vars fix`");
  return out;
}

// A machine's key pair: the public half for everybody to encrypt with, the other half as a secret of the operator.
fleet::Result<void> Store::ensureMachineKey(const std::string& machine) {
  if (machines_.contains(machine)) return {};
  FLEET_TRY_ASSIGN(auto identity, age::generateIdentity());
  FLEET_TRY_ASSIGN(const auto text, age::identityText(identity));
  Readers readers;
  FLEET_TRY_ASSIGN(readers.users, operatorUsers());
  FLEET_TRY_ASSIGN(const auto recipients, recipientsFor(readers));
  FLEET_TRY_ASSIGN(const auto sealed, sops::encryptFile(text.span(), recipients, utcNow()));
  const std::string secret = fleet_ + "/sops/secrets/" + machine + "-age.key";
  // First the half that cannot be made again, then the one others begin to use.
  FLEET_TRY(setLinks(secret, readers));
  FLEET_TRY(put(secret + "/secret", sealed));
  FLEET_TRY(put(fleet_ + "/sops/machines/" + machine + "/key.json", keyJson(identity.recipient.text)));
  machines_[machine].push_back(identity.recipient);
  return {};
}

fleet::Result<std::string> Store::keygen(const std::string& user) {
  auto who = findOperator();
  if (!who && who.error().code != "VARS32") return std::move(who).error();
  if (!who) {
    FLEET_TRY_ASSIGN(const auto identity, age::generateIdentity());
    FLEET_TRY_ASSIGN(const auto text, age::identityText(identity));
    FLEET_TRY(disk::writePrivate(operatorKeyFile(), "# public key: " + identity.recipient.text + "\n", text.text()));
    who = findOperator();
    if (!who) return std::move(who).error();
  }
  const std::string recipient = who->identities.front().recipient.text;
  operator_ = *std::move(who);
  if (const auto users = operatorUsers(); users && !users->empty()) return recipient;
  if (users_.contains(user))
    return age::error("VARS36", "the fleet has a user `" + user + "` with another key",
                      "choose another name with --user, or have that user add your key");
  FLEET_TRY(put(fleet_ + "/sops/users/" + user + "/key.json", keyJson(recipient)));
  users_[user].push_back(operator_.identities.front().recipient);
  return recipient;
}

}  // namespace fleetd::vars
