// `secrets key`, and new keys for people and machines.
#include <algorithm>

#include "plugins/vars/secrets/key_file.hpp"
#include "plugins/vars/secrets/run.hpp"
#include "plugins/vars/store/disk.hpp"

namespace fleetd::vars {

namespace {

// The users who have this key.
std::set<std::string> usersOf(const SecretsRun& run, const std::string& key) {
  std::set<std::string> out;
  for (const auto& [name, keys] : run.access.members().users)
    for (const auto& one : keys)
      if (one.text == key) out.insert(name);
  return out;
}

fleet::Result<void> show(SecretsRun& run) {
  FLEET_TRY_ASSIGN(const auto who, findOperator());
  fleet::List out;
  for (const auto& identity : who.identities)
    out.push_back(fleet::Attrs{{"publicKey", identity.recipient.text},
                               {"source", identity.kind == age::KeyKind::Pgp ? "$SOPS_PGP_FP" : who.source},
                               {"users", listOf(usersOf(run, identity.recipient.text))}});
  run.answer.set("data", std::move(out));
  return {};
}

fleet::Result<void> generate(SecretsRun& run) {
  std::string key;
  const auto who = findOperator();
  if (!who && who.error().code != "VARS32") return who.error();
  if (who && !run.request.fresh) {
    key = who->identities.front().recipient.text;
    run.answer.add("there is a key in " + who->source + " already; --new makes another one");
  } else {
    FLEET_TRY_ASSIGN(const auto made, addToKeyFile());
    key = made.recipient.text;
    run.answer.add("made a key in " + keyFilePath());
  }
  run.answer.set("text", key);
  return {};
}

// Everything that is not encrypted for exactly the keys its links stand for.
fleet::Result<void> update(SecretsRun& run) {
  Access& access = run.access;
  FLEET_TRY_ASSIGN(const auto own, access.ownKeys());
  FLEET_TRY_ASSIGN(const auto all, access.all());
  std::vector<Reseal> plan;
  for (const auto& directory : all) {
    FLEET_TRY_ASSIGN(const auto readers, access.readersOf(directory));
    const auto actual = access.keysIn(directory);
    if (!actual) {
      run.answer.problem(actual.error().message, actual.error().hint);
      continue;
    }
    Reseal one{directory, readers, {}};
    std::vector<std::string> wanted;
    for (const auto& [text, key] : access.members().keysOf(readers)) {
      wanted.push_back(text);
      one.recipients.push_back(key);
    }
    const auto keyless = access.members().withoutKey(readers);
    if (!keyless.empty())
      run.answer.problem(directory + ": sops/" + keyless.front() + " has no key that can be used",
                         "add its key, or remove the link to it");
    else if (wanted.empty())
      run.answer.problem(directory + ": it has no links to anybody", "add one with `users add-secret`");
    else if (wanted == *actual)
      continue;
    else if (!own.contains("") &&
             std::none_of(actual->begin(), actual->end(), [&](const auto& key) { return own.contains(key); }))
      run.answer.problem(directory + ": your key does not open it", "have somebody do this who can read it");
    else
      plan.push_back(std::move(one));
  }
  if (plan.empty()) run.answer.add("everything is encrypted for those who should read it");
  return applyPlan(run, plan);
}

std::vector<std::string> textsOf(const std::vector<age::Recipient>& keys) {
  std::vector<std::string> out;
  for (const auto& key : keys) out.push_back(key.text);
  return out;
}

// The keys `gone` of a name are replaced, and what it reads is encrypted again, but for `except`.
fleet::Result<void> exchange(SecretsRun& run, const std::string& kind, const std::string& name,
                             const std::set<std::string>& gone, const std::vector<age::Recipient>& come,
                             const std::string& except = {}) {
  MemberChange change{run.access.members(), gone, {}};
  auto& keys = change.after.ofKind(kind)[name];
  std::erase_if(keys, [&](const age::Recipient& key) { return gone.contains(key.text); });
  const auto left = textsOf(keys);
  for (const auto& key : come) {
    change.keys.insert(key.text);
    if (std::find(left.begin(), left.end(), key.text) == left.end()) keys.push_back(key);
  }
  FLEET_TRY_ASSIGN(auto plan, run.access.plan(change));
  std::erase_if(plan, [&](const Reseal& one) { return one.directory == except; });
  FLEET_TRY(run.access.editKeys(kind, name, gone, come));
  return applyPlan(run, plan);
}

}  // namespace

fleet::Result<void> runKey(SecretsRun& run) {
  const std::string& action = run.request.action;
  if (action == "show") return show(run);
  if (action == "generate") return generate(run);
  if (action == "update") return update(run);
  return age::error("VARS62", "there is no action `" + action + "`");
}

fleet::Result<void> rotateUser(SecretsRun& run) {
  const std::string& name = run.word(0);
  FLEET_TRY(mustBe(run, "users", name));
  const auto has = textsOf(run.access.members().keysOf("users", name));
  if (!run.request.keys.empty() || !run.request.pgpKeys.empty() || run.request.words.size() > 1) {
    FLEET_TRY_ASSIGN(const auto come, keysGiven(run, 1));
    std::set<std::string> gone(has.begin(), has.end());
    for (const auto& key : come) gone.erase(key.text);
    return exchange(run, "users", name, gone, come);
  }
  FLEET_TRY_ASSIGN(const auto own, run.access.ownKeys());
  std::set<std::string> gone, ofGpg;
  for (const auto& key : run.access.members().keysOf("users", name))
    if (own.contains(key.text)) (key.kind == age::KeyKind::Pgp ? ofGpg : gone).insert(key.text);
  if (gone.empty() && !ofGpg.empty())
    return age::error(
        "VARS86", "the key of " + name + " is a PGP key, and only gpg makes those",
        "make one with gpg, or an age key with `fleetd secrets key generate --new`; then `fleetd secrets users rotate " +
            name + " --pgp-key FINGERPRINT`, or with --age-key age1…");
  if (gone.empty())
    return age::error("VARS86", "the key of " + name + " is not yours, so a new one cannot be made here",
                      name +
                          " makes one with `fleetd secrets key generate --new` and tells its public half; then "
                          "`fleetd secrets users rotate " +
                          name + " --age-key age1…`");
  // Everything that has to be encrypted again must be readable before anything changes.
  MemberChange change{run.access.members(), gone, {}};
  std::erase_if(change.after.users.at(name), [&](const age::Recipient& key) { return gone.contains(key.text); });
  change.after.users.at(name).push_back({});  // stands for the new key
  FLEET_TRY(run.access.plan(change));
  FLEET_TRY_ASSIGN(const auto who, findOperator());
  // A key that a run before made, and that is not in use yet.
  const age::Identity* newest = newestOf(who);
  age::Recipient next;
  if (newest && usersOf(run, newest->recipient.text).empty() && !gone.contains(newest->recipient.text)) {
    next = newest->recipient;
  } else {
    FLEET_TRY_ASSIGN(const auto made, addToKeyFile());
    next = made.recipient;
  }
  run.access.forgetOperator();
  FLEET_TRY(exchange(run, "users", name, gone, {next}));
  run.answer.add("the new key of " + name + " is " + next.text);
  run.answer.add("the one before stays in " + who.source + ", for what was encrypted earlier and elsewhere");
  return {};
}

fleet::Result<void> rotateMachine(SecretsRun& run) {
  const std::string& name = run.word(0);
  FLEET_TRY(mustBe(run, "machines", name));
  const auto has = textsOf(run.access.members().keysOf("machines", name));
  const std::string directory = "sops/secrets/" + name + "-age.key";
  if (!run.access.isThere(directory))
    return age::error("VARS86", "the secret key of " + name + " is not kept here, so a new one cannot be made",
                      "replace its public keys: `fleetd secrets machines add " + name + " --force --age-key age1…`");
  FLEET_TRY_ASSIGN(const auto kept, run.access.read(directory));
  FLEET_TRY_ASSIGN(const auto identities, age::parseIdentityFile(kept.text()));
  FLEET_TRY_ASSIGN(const auto made, age::generateIdentity());
  FLEET_TRY_ASSIGN(const auto text, age::identityText(made));
  FLEET_TRY_ASSIGN(const auto before, age::identityText(identities.front()));
  // One before stays, so that an earlier generation of the machine can still read its secrets.
  FLEET_TRY_ASSIGN(auto both, SecretBytes::make(text.size() + before.size() + 2));
  std::uint8_t* at = std::copy_n(text.data(), text.size(), both.data());
  *at++ = '\n';
  at = std::copy_n(before.data(), before.size(), at);
  *at = '\n';
  FLEET_TRY_ASSIGN(const Readers readers, run.access.readersOf(directory));
  FLEET_TRY(run.access.write(directory, both, readers));
  FLEET_TRY(exchange(run, "machines", name, {has.begin(), has.end()}, {made.recipient}, directory));
  run.answer.add("the new key of " + name + " is " + made.recipient.text);
  run.answer.add("`fleetd vars upload " + name + "` brings it there; until then it cannot read what is deployed");
  return {};
}

}  // namespace fleetd::vars
