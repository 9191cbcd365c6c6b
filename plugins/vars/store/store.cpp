// Values, and changes of several files at once. Who can read them is in readers.cpp.
#include "plugins/vars/store/store.hpp"

#include <ctime>

#include "plugins/vars/sops/binary_file.hpp"
#include "plugins/vars/store/age_backend.hpp"
#include "plugins/vars/store/disk.hpp"
#include "plugins/vars/store/pass_backend.hpp"

namespace fleetd::vars {

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

std::string directoryOf(const std::string& place, const std::string& file) { return "vars/" + place + "/" + file; }
std::string keyDirectoryOf(const std::string& machine) { return "sops/secrets/" + machine + "-age.key"; }

fleet::Result<Store> Store::open(std::string fleet, const StoreChoice& choice) {
  Store out(std::move(fleet));
  out.kind_ = choice.kind;
  if (choice.kind == StoreKind::Age) out.other_ = std::make_unique<AgeBackend>(out.fleet_, choice);
  if (choice.kind == StoreKind::Password) out.other_ = std::make_unique<PassBackend>(out.fleet_, choice);
  FLEET_TRY_ASSIGN(out.users_, readKeys(out.fleet_, "users", &out.brokenUsers_));
  FLEET_TRY_ASSIGN(out.machines_, readKeys(out.fleet_, "machines", &out.brokenMachines_));
  return out;
}

void Store::begin() { begun_ = true; }

fleet::Result<void> Store::settle() { return other_ ? other_->settle() : fleet::Result<void>(); }

void Store::rewind(Mark mark) {
  change_.shrink(mark.changes);
  if (other_) other_->unstage(mark.machines);
  // A key nobody stored must not be used.
  for (; newMachines_.size() > mark.machines; newMachines_.pop_back()) machines_.erase(newMachines_.back());
}

void Store::abandon() {
  rewind({});
  begun_ = false;
}

fleet::Result<void> Store::commit(const std::string& message) {
  if (other_) {
    if (auto ready = other_->beforeCommit(change_); !ready) {
      abandon();
      return ready;
    }
  }
  auto changed = change_.commit(message);
  if (!changed) {
    abandon();
    return std::move(changed).error();
  }
  for (auto& path : *changed)
    if (isForGit(path)) touched_.push_back(std::move(path));
  newMachines_.clear();
  begun_ = false;
  return other_ ? other_->afterCommit() : fleet::Result<void>();
}

std::vector<std::string> Store::takeTouched() { return std::exchange(touched_, {}); }

bool Store::hasPublic(const std::string& place, const std::string& file) const {
  return disk::exists(fleet_ + "/" + directoryOf(place, file) + "/value");
}
bool Store::hasSecretAt(const std::string& directory) const {
  return disk::exists(fleet_ + "/" + directory + "/secret");
}
bool Store::hasSecret(const std::string& place, const std::string& file) const {
  return other_ ? other_->has(place, file) : hasSecretAt(directoryOf(place, file));
}
fleet::Result<std::string> Store::readPublic(const std::string& place, const std::string& file) const {
  return disk::read(fleet_ + "/" + directoryOf(place, file) + "/value");
}

fleet::Result<SecretBytes> Store::readSecretAt(const std::string& directory) const {
  FLEET_TRY_ASSIGN(const auto* who, theOperator());
  const std::string path = directory + "/secret";
  FLEET_TRY_ASSIGN(const auto text, disk::read(fleet_ + "/" + path));
  auto out = sops::decryptFile(text, who->identities);
  if (!out) {
    fleet::Error e = std::move(out).error();
    e.message = path + ": " + e.message;
    return e;
  }
  return out;
}

fleet::Result<SecretBytes> Store::readSecret(const std::string& place, const std::string& file) const {
  return other_ ? other_->read(place, file) : readSecretAt(directoryOf(place, file));
}

fleet::Result<SecretBytes> Store::machineKey(const std::string& machine) const {
  constexpr std::size_t kMost = 4096;  // fits into any pipe, so that nobody waits for anybody
  if (!other_ && !hasSecretAt(keyDirectoryOf(machine)))
    return age::error("VARS37", machine + " has no key", "`fleetd vars generate` makes one with its first secret");
  FLEET_TRY_ASSIGN(auto out, other_ ? other_->key(machine) : readSecretAt(keyDirectoryOf(machine)));
  if (out.span().empty() || out.span().size() > kMost)
    return age::error("VARS37", "the key of " + machine + " is none");
  return out;
}

std::string Store::readHash(const std::string& place) const {
  const auto text = disk::read(fleet_ + "/vars/" + place + "/.validation-hash");
  return text ? *text : std::string();
}

fleet::Result<void> Store::writeHash(const std::string& place, const std::string& hash) {
  const std::string path = "vars/" + place + "/.validation-hash";
  if (readHash(place) == hash) return {};
  return hash.empty() ? removeFile(path) : writeFile(path, hash);
}

fleet::Result<void> Store::writeFile(const std::string& path, std::string_view content) {
  return atOnce("vars: write " + path, [&]() -> fleet::Result<void> {
    change_.write(path, std::string(content));
    return {};
  });
}

fleet::Result<void> Store::writeLink(const std::string& path, const std::string& target) {
  return atOnce("vars: write " + path, [&]() -> fleet::Result<void> {
    change_.link(path, target);
    return {};
  });
}

fleet::Result<void> Store::removeFile(const std::string& path) {
  return atOnce("vars: remove " + path, [&]() -> fleet::Result<void> {
    change_.remove(path);
    return {};
  });
}

std::string Store::readDefinition(const std::string& place) const {
  const auto text = disk::read(fleet_ + "/vars/" + place + "/.definition-hash");
  return text ? *text : std::string();
}

fleet::Result<void> Store::writeDefinition(const std::string& place, const std::string& hash) {
  const std::string path = "vars/" + place + "/.definition-hash";
  if (readDefinition(place) == hash) return {};
  return hash.empty() ? removeFile(path) : writeFile(path, hash);
}

fleet::Result<void> Store::writePublic(const std::string& place, const std::string& file, std::string_view value) {
  if (hasSecret(place, file))
    return age::error("VARS33", place + "/" + file + " is kept as a secret and would become public",
                      "remove vars/" + place + "/" + file + " yourself if you mean it");
  return writeFile(directoryOf(place, file) + "/value", value);
}

fleet::Result<void> Store::writeSecret(const std::string& place, const std::string& file, const SecretBytes& value,
                                       const Audience& audience) {
  return atOnce("vars: update " + place + "/" + file, [&]() -> fleet::Result<void> {
    if (other_) {
      FLEET_TRY(other_->stage(change_, {place, file}, value, audience));
      if (hasPublic(place, file)) change_.remove(directoryOf(place, file));
      return {};
    }
    const auto machines = audience.readers();
    const auto& groups = audience.groups;
    // Whom somebody let in stays in.
    FLEET_TRY_ASSIGN(Readers readers, readersAt(directoryOf(place, file)));
    FLEET_TRY_ASSIGN(const auto own, operatorUsers());
    readers.users.insert(own.begin(), own.end());
    readers.machines = machines;
    readers.groups.insert(groups.begin(), groups.end());
    for (const auto& machine : machines) FLEET_TRY(ensureMachineKey(machine, groups));
    FLEET_TRY(stageSecret(directoryOf(place, file), value, readers));
    // A value that was public must not stay beside its secret.
    if (hasPublic(place, file)) change_.remove(directoryOf(place, file) + "/value");
    return {};
  });
}

fleet::Result<void> Store::removeSecret(const std::string& place, const std::string& file) {
  return atOnce("vars: remove " + place + "/" + file, [&]() -> fleet::Result<void> {
    if (other_) return other_->stageRemoval(change_, {place, file});
    const std::string directory = directoryOf(place, file);
    for (const char* part : {"/secret", "/users", "/machines", "/groups"})
      if (disk::exists(fleet_ + "/" + directory + part)) change_.remove(directory + part);
    return {};
  });
}

fleet::Result<void> Store::stageSecret(const std::string& directory, const SecretBytes& value, const Readers& readers) {
  FLEET_TRY_ASSIGN(const auto recipients, recipientsFor(readers));
  FLEET_TRY_ASSIGN(auto text, sops::encryptFile(value.span(), recipients, utcNow()));
  FLEET_TRY(setLinks(directory, readers));
  change_.write(directory + "/secret", std::move(text));
  return {};
}

fleet::Result<void> Store::writeSecretAt(const std::string& directory, const SecretBytes& value,
                                         const Readers& readers) {
  return atOnce("secrets: update " + directory, [&] { return stageSecret(directory, value, readers); });
}

fleet::Result<bool> Store::setReadersAt(const std::string& directory, const Readers& readers) {
  FLEET_TRY_ASSIGN(const bool healthy, isHealthyAt(directory));
  FLEET_TRY_ASSIGN(const auto before, readersAt(directory));
  if (healthy && before == readers) return false;
  FLEET_TRY(atOnce("secrets: encrypt " + directory + " again", [&]() -> fleet::Result<void> {
    for (const auto& machine : readers.machines) FLEET_TRY(ensureMachineKey(machine, readers.groups));
    FLEET_TRY_ASSIGN(const auto value, readSecretAt(directory));
    return stageSecret(directory, value, readers);
  }));
  return true;
}

fleet::Result<void> Store::ensureMachineKey(const std::string& machine, const std::set<std::string>& groups) {
  return stageMachineKey(machine, groups, nullptr);
}

fleet::Result<void> Store::adoptMachineKey(const std::string& machine, const SecretBytes& text,
                                           const std::set<std::string>& groups) {
  return stageMachineKey(machine, groups, &text);
}

// A machine's key pair: the public half for everybody to encrypt with, the other half as a secret of the operator and
// of those who can always read.
fleet::Result<void> Store::stageMachineKey(const std::string& machine, const std::set<std::string>& groups,
                                           const SecretBytes* given) {
  if (other_)
    return atOnce("secrets: add machine " + machine, [&] { return other_->stageKey(change_, machine, given); });
  if (machines_.contains(machine)) return {};
  if (const auto broken = brokenMachines_.find(machine); broken != brokenMachines_.end()) return broken->second;
  return atOnce("secrets: add machine " + machine, [&]() -> fleet::Result<void> {
    std::vector<age::Identity> identities;
    if (hasSecretAt(keyDirectoryOf(machine))) {
      // Only its public half is gone. A new pair would shut the machine out of all it can read now.
      FLEET_TRY_ASSIGN(const auto text, machineKey(machine));
      FLEET_TRY_ASSIGN(identities, age::parseIdentityFile(text.text()));
    } else {
      SecretBytes made;
      if (given) {
        FLEET_TRY_ASSIGN(identities, age::parseIdentityFile(given->text()));
      } else {
        FLEET_TRY_ASSIGN(auto identity, age::generateIdentity());
        FLEET_TRY_ASSIGN(made, age::identityText(identity));
        identities.push_back(std::move(identity));
      }
      Readers readers;
      FLEET_TRY_ASSIGN(readers.users, operatorUsers());
      readers.groups = groups;
      FLEET_TRY(stageSecret(keyDirectoryOf(machine), given ? *given : made, readers));
    }
    const age::Recipient& recipient = identities.front().recipient;
    change_.write("sops/machines/" + machine + "/key.json", keyJson(recipient));
    machines_[machine].push_back(recipient);
    newMachines_.push_back(machine);
    return {};
  });
}

fleet::Result<std::string> Store::keygen(const std::string& user) {
  if (kind_ == StoreKind::Password)
    return age::error("VARS95", "the password store has keys of its own",
                      "`pass init` or passage's own instructions make them; nothing has to be made for fleetd");
  const auto find = [&] { return kind_ == StoreKind::Age ? findAgeOperator() : findOperator(); };
  auto who = find();
  if (!who && who.error().code != "VARS32") return std::move(who).error();
  if (!who) {
    FLEET_TRY_ASSIGN(const auto identity, age::generateIdentity());
    FLEET_TRY_ASSIGN(const auto text, age::identityText(identity));
    FLEET_TRY(disk::writePrivate(operatorKeyFile(), "# public key: " + identity.recipient.text + "\n", text.text()));
    who = find();
    if (!who) return std::move(who).error();
  }
  const std::string recipient = who->identities.front().recipient.text;
  if (kind_ == StoreKind::Age) return recipient;  // who can read what is said in the fleet's settings
  operator_ = *std::move(who);
  if (const auto users = operatorUsers(); users && !users->empty()) return recipient;
  if (users_.contains(user) || brokenUsers_.contains(user))
    return age::error("VARS36", "the fleet has a user `" + user + "` with another key",
                      "choose another name with --user, or have that user add your key");
  FLEET_TRY(writeFile("sops/users/" + user + "/key.json", keyJson(operator_.identities.front().recipient)));
  users_[user].push_back(operator_.identities.front().recipient);
  return recipient;
}

}  // namespace fleetd::vars
