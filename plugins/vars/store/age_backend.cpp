// Two steps: a person's key opens the machine's, and that opens the secret.
#include "plugins/vars/store/age_backend.hpp"

#include <algorithm>

#include "plugins/vars/age/age.hpp"
#include "plugins/vars/store/disk.hpp"
#include "plugins/vars/store/recipient_list.hpp"
#include "plugins/vars/store/store.hpp"

namespace fleetd::vars {

namespace {

const std::string kVars = "secrets/clan-vars/", kKeys = "secrets/age-keys/machines/", kList = ".recipients";

std::string pathOf(const std::string& place, const std::string& file) {
  return kVars + place + "/" + file + "/" + file + ".age";
}
std::string keyPath(const std::string& machine) { return kKeys + machine + "/key.age"; }
std::string publicPath(const std::string& machine) { return kKeys + machine + "/pub"; }

// The machine of a place; empty for what several share.
std::string machineOf(const std::string& place) {
  constexpr std::string_view kOwn = "per-machine/";
  if (!place.starts_with(kOwn)) return {};
  return place.substr(kOwn.size(), place.find('/', kOwn.size()) - kOwn.size());
}

fleet::Error inFile(const std::string& path, fleet::Error error) {
  error.message = path + ": " + error.message;
  return error;
}

}  // namespace

bool AgeBackend::has(const std::string& place, const std::string& file) const {
  return disk::exists(fleet_ + "/" + pathOf(place, file));
}

std::string AgeBackend::locationOf(const std::string& place) const { return kVars + place; }

fleet::Result<std::vector<StoredSecret>> AgeBackend::all() const {
  std::vector<StoredSecret> out;
  FLEET_TRY_ASSIGN(const auto directories,
                   disk::directoriesWith(fleet_, "secrets/clan-vars", [](const auto& directory, const auto& name) {
                     return name == directory.substr(directory.rfind('/') + 1) + ".age";
                   }));
  for (const auto& directory : directories) {
    const std::size_t slash = directory.rfind('/');
    if (slash > kVars.size())
      out.push_back({directory.substr(kVars.size(), slash - kVars.size()), directory.substr(slash + 1)});
  }
  std::sort(out.begin(), out.end());
  return out;
}

fleet::Result<const Operator*> AgeBackend::theOperator() const {
  if (operator_.identities.empty()) {
    FLEET_TRY_ASSIGN(operator_, findAgeOperator());
  }
  return &operator_;
}

fleet::Result<std::vector<std::string>> AgeBackend::people(const std::string& machine) const {
  const auto own = choice_.recipientsOf.find(machine);
  const auto& out = own != choice_.recipientsOf.end() && !own->second.empty() ? own->second : choice_.recipients;
  if (!out.empty()) return out;
  return age::error("VARS96",
                    machine.empty() ? "nobody is named who can read what no machine gets"
                                    : "nobody is named who can read the key of " + machine,
                    "set clan.vars.settings.recipients.default" +
                        (machine.empty() ? std::string() : ", or recipients.hosts." + machine) +
                        ", to public keys; `fleetd vars keygen` prints yours");
}

// --- machines' keys ---

bool AgeBackend::hasKey(const std::string& machine) const {
  return publicKeys_.contains(machine) || disk::exists(fleet_ + "/" + keyPath(machine));
}

fleet::Result<std::string> AgeBackend::publicKey(const std::string& machine) const {
  if (const auto staged = publicKeys_.find(machine); staged != publicKeys_.end()) return staged->second;
  if (!disk::exists(fleet_ + "/" + publicPath(machine)))
    return age::error("VARS37", machine + " has no key",
                      "`fleetd vars generate` makes one with its first secret, `fleetd vars fix` when only its public "
                      "half is gone");
  FLEET_TRY_ASSIGN(auto text, disk::read(fleet_ + "/" + publicPath(machine)));
  return trimmed(std::move(text));
}

fleet::Result<SecretBytes> AgeBackend::key(const std::string& machine) const {
  const std::string path = keyPath(machine);
  if (!disk::exists(fleet_ + "/" + path))
    return age::error("VARS37", machine + " has no key", "`fleetd vars generate` makes one with its first secret");
  FLEET_TRY_ASSIGN(const auto* who, theOperator());
  FLEET_TRY_ASSIGN(const auto text, disk::read(fleet_ + "/" + path));
  auto out = age::decrypt(text, who->identities);
  if (out) return out;
  fleet::Error error = inFile(path, std::move(out).error());
  if (error.code == "AGE06")
    error.hint = "somebody who is named in " + path + kList +
                 " lets you in: your key into "
                 "clan.vars.settings.recipients, then `fleetd vars fix " +
                 machine + "`";
  return error;
}

const std::vector<age::Identity>* AgeBackend::identitiesOf(const std::string& machine) const {
  const auto known = opened_.find(machine);
  if (known != opened_.end()) return known->second.empty() ? nullptr : &known->second;
  auto& out = opened_[machine];
  if (const auto text = key(machine); text)
    if (auto identities = age::parseIdentityFile(text->text()); identities) out = *std::move(identities);
  return out.empty() ? nullptr : &out;
}

fleet::Result<bool> AgeBackend::isKeyFine(const std::string& machine) const {
  FLEET_TRY_ASSIGN(const auto wanted, people(machine));
  if (!disk::exists(fleet_ + "/" + publicPath(machine))) return false;
  return isSealedFor(keyPath(machine), wanted, true);
}

// As age-keygen writes it.
fleet::Result<void> AgeBackend::stageKey(Transaction& change, const std::string& machine, const SecretBytes* text) {
  if (publicKeys_.contains(machine) || disk::exists(fleet_ + "/" + publicPath(machine))) return {};
  FLEET_TRY_ASSIGN(const auto recipients, people(machine));
  std::string own;
  if (disk::exists(fleet_ + "/" + keyPath(machine)) || text) {
    // Only its public half is gone, or the key comes from another store. A new pair would shut the machine out.
    SecretBytes kept;
    if (!text) {
      FLEET_TRY_ASSIGN(kept, key(machine));
      text = &kept;
    }
    FLEET_TRY_ASSIGN(const auto identities, age::parseIdentityFile(text->text()));
    own = identities.front().recipient.text;
    FLEET_TRY(stageFile(change, keyPath(machine), text->span(), recipients, true));
  } else {
    FLEET_TRY_ASSIGN(const auto identity, age::generateIdentity());
    own = identity.recipient.text;
    FLEET_TRY_ASSIGN(const auto secret, age::identityText(identity));
    const std::string comment = "# created: " + utcNow() + "\n# public key: " + own + "\n";
    FLEET_TRY_ASSIGN(auto whole, SecretBytes::make(comment.size() + secret.size() + 1));
    std::uint8_t* at = std::copy(comment.begin(), comment.end(), whole.data());
    at = std::copy_n(secret.data(), secret.size(), at);
    *at = '\n';
    FLEET_TRY(stageFile(change, keyPath(machine), whole.span(), recipients, true));
  }
  change.write(publicPath(machine), own);
  publicKeys_[machine] = own;
  stagedKeys_.push_back(machine);
  return {};
}

fleet::Result<void> AgeBackend::stageKeyAgain(Transaction& change, const std::string& machine) {
  if (!disk::exists(fleet_ + "/" + publicPath(machine))) return stageKey(change, machine, nullptr);
  FLEET_TRY_ASSIGN(const auto recipients, people(machine));
  FLEET_TRY_ASSIGN(const auto text, key(machine));
  return stageFile(change, keyPath(machine), text.span(), recipients, true);
}

void AgeBackend::unstage(std::size_t count) {
  for (; stagedKeys_.size() > count; stagedKeys_.pop_back()) publicKeys_.erase(stagedKeys_.back());
}

fleet::Result<void> AgeBackend::afterCommit() {
  for (const auto& machine : stagedKeys_) opened_.erase(machine);
  unstage(0);
  return {};
}

// --- secrets ---

fleet::Result<std::vector<std::string>> AgeBackend::recipientsFor(const std::string& place,
                                                                  const Audience& audience) const {
  if (!audience.deploy || audience.machines.empty())
    return people(!machineOf(place).empty()   ? machineOf(place)
                  : audience.machines.empty() ? std::string()
                                              : *audience.machines.begin());
  std::vector<std::string> out;
  for (const auto& machine : audience.machines) {
    FLEET_TRY_ASSIGN(auto one, publicKey(machine));
    out.push_back(std::move(one));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

fleet::Result<void> AgeBackend::stageFile(Transaction& change, const std::string& path, age::View plain,
                                          const std::vector<std::string>& recipients, bool listed) const {
  std::vector<age::Recipient> keys;
  for (const auto& text : recipients) {
    FLEET_TRY_ASSIGN(auto one, age::parseRecipient(text));
    keys.push_back(std::move(one));
  }
  FLEET_TRY_ASSIGN(const auto sealed, age::encrypt(plain, keys));
  change.write(path, age::armor(sealed));
  if (listed)
    change.write(path + kList, recipientListText(recipients));
  else if (disk::exists(fleet_ + "/" + path + kList))
    change.remove(path + kList);
  return {};
}

fleet::Result<void> AgeBackend::stage(Transaction& change, const StoredSecret& which, const SecretBytes& value,
                                      const Audience& audience) {
  for (const auto& machine : audience.readers()) FLEET_TRY(stageKey(change, machine, nullptr));
  FLEET_TRY_ASSIGN(const auto recipients, recipientsFor(which.place, audience));
  // A machine's own secret has one reader whose key does not change, so clan keeps no list of them.
  const bool listed = machineOf(which.place).empty() || !audience.deploy;
  return stageFile(change, pathOf(which.place, which.file), value.span(), recipients, listed);
}

fleet::Result<void> AgeBackend::stageRemoval(Transaction& change, const StoredSecret& which) {
  change.remove(kVars + which.place + "/" + which.file);
  return {};
}

fleet::Result<bool> AgeBackend::isSealedFor(const std::string& path, std::vector<std::string> recipients,
                                            bool listed) const {
  FLEET_TRY_ASSIGN(const auto text, disk::read(fleet_ + "/" + path));
  const auto count = countRecipients(text);
  if (!count) return inFile(path, count.error());
  const std::string list = fleet_ + "/" + path + kList;
  if (disk::exists(list) != listed || *count != recipients.size()) return false;
  if (!listed) return true;
  FLEET_TRY_ASSIGN(const auto named, disk::read(list));
  std::sort(recipients.begin(), recipients.end());
  return readRecipientList(named) == recipients;
}

fleet::Result<bool> AgeBackend::isFor(const StoredSecret& which, const Audience& audience) const {
  // A machine that has no key yet gets one when the secret is encrypted for it.
  for (const auto& machine : audience.readers())
    if (!publicKeys_.contains(machine) && !disk::exists(fleet_ + "/" + publicPath(machine))) return false;
  FLEET_TRY_ASSIGN(auto recipients, recipientsFor(which.place, audience));
  return isSealedFor(pathOf(which.place, which.file), std::move(recipients),
                     machineOf(which.place).empty() || !audience.deploy);
}

// The machine's own, else first those whose key the list names, since opening a key is work.
std::vector<std::string> AgeBackend::machinesToTry(const std::string& place, const std::string& file) const {
  if (const auto own = machineOf(place); !own.empty()) return {own};
  const auto machines = disk::namesIn(fleet_ + "/" + kKeys.substr(0, kKeys.size() - 1));
  if (!machines) return {};
  const auto list = disk::read(fleet_ + "/" + pathOf(place, file) + kList);
  const auto named = readRecipientList(list ? *list : std::string());
  std::vector<std::string> out, others;
  for (const auto& machine : *machines) {
    const auto own = publicKey(machine);
    (own && std::binary_search(named.begin(), named.end(), *own) ? out : others).push_back(machine);
  }
  out.insert(out.end(), others.begin(), others.end());
  return out;
}

fleet::Result<SecretBytes> AgeBackend::read(const std::string& place, const std::string& file) const {
  const std::string path = pathOf(place, file);
  FLEET_TRY_ASSIGN(const auto text, disk::read(fleet_ + "/" + path));
  FLEET_TRY_ASSIGN(const auto* who, theOperator());
  for (const auto& machine : machinesToTry(place, file)) {
    const auto* identities = identitiesOf(machine);
    if (!identities) continue;
    auto out = age::decrypt(text, *identities);
    if (out || out.error().code != "AGE06") return out ? std::move(out) : inFile(path, std::move(out).error());
  }
  auto out = age::decrypt(text, who->identities);
  if (out) return out;
  fleet::Error error = inFile(path, std::move(out).error());
  if (error.code == "AGE06")
    error.hint = "neither your key (" + who->source +
                 ") nor that of a machine which it opens is for this file; "
                 "somebody who can read it lets you in with `fleetd vars fix`";
  return error;
}

}  // namespace fleetd::vars
