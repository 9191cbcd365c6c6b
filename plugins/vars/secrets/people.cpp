// Users and machines: their keys, and the secrets they read.
#include <algorithm>

#include "plugins/vars/secrets/run.hpp"

namespace fleetd::vars {

namespace {

using fleet::Attrs;

std::set<std::string> textsOf(const std::vector<age::Recipient>& keys) {
  std::set<std::string> out;
  for (const auto& key : keys) out.insert(key.text);
  return out;
}

Attrs describe(const SecretsRun& run, const std::string& kind, const std::string& name) {
  const Members& members = run.access.members();
  std::set<std::string> groups;
  for (const auto& [group, has] : members.groups)
    if ((kind == "users" ? has.users : has.machines).contains(name)) groups.insert(group);
  return {{"name", name}, {"keys", listOf(textsOf(members.keysOf(kind, name)))}, {"groups", listOf(groups)}};
}

fleet::Result<void> list(SecretsRun& run) {
  const std::string& kind = run.request.noun;
  Table table({"NAME", "KEYS"});
  const Members& members = run.access.members();
  for (const auto& name : members.names(kind)) {
    const auto keys = textsOf(members.keysOf(kind, name));
    table.add({name, keys.empty() ? "(not usable)" : joined(keys)}, describe(run, kind, name));
  }
  table.into(run.answer);
  return {};
}

fleet::Result<void> get(SecretsRun& run) {
  FLEET_TRY(mustBe(run, run.request.noun, run.word(0)));
  run.answer.set("data", describe(run, run.request.noun, run.word(0)));
  return {};
}

fleet::Result<void> setKeys(SecretsRun& run, const std::set<std::string>& gone,
                            const std::vector<age::Recipient>& come) {
  const std::string &kind = run.request.noun, &name = run.word(0);
  MemberChange change{run.access.members(), gone, {}};
  auto& keys = change.after.ofKind(kind)[name];
  std::erase_if(keys, [&](const age::Recipient& key) { return gone.contains(key.text); });
  for (const auto& key : come) {
    change.keys.insert(key.text);
    if (!textsOf(keys).contains(key.text)) keys.push_back(key);
  }
  FLEET_TRY_ASSIGN(const auto plan, run.access.plan(change));
  FLEET_TRY(run.access.editKeys(kind, name, gone, come));
  return applyPlan(run, plan);
}

fleet::Result<void> add(SecretsRun& run) {
  const std::string &kind = run.request.noun, &name = run.word(0);
  FLEET_TRY(mustBeNewName(kind, name));
  FLEET_TRY_ASSIGN(const auto keys, keysGiven(run, 1));
  const Members& members = run.access.members();
  if (members.names(kind).contains(name) && !run.request.force)
    return age::error("VARS82", "there is a " + singular(kind) + " `" + name + "` already",
                      "`add-key` gives it one more key, --force replaces its keys");
  std::set<std::string> gone = textsOf(members.keysOf(kind, name));
  for (const auto& key : keys) gone.erase(key.text);
  FLEET_TRY(setKeys(run, gone, keys));
  run.answer.add("added the " + singular(kind) + " " + name);
  return {};
}

fleet::Result<void> addKey(SecretsRun& run) {
  FLEET_TRY(mustBe(run, run.request.noun, run.word(0)));
  FLEET_TRY_ASSIGN(const auto keys, keysGiven(run, 1));
  return setKeys(run, {}, keys);
}

fleet::Result<void> removeKey(SecretsRun& run) {
  const std::string &kind = run.request.noun, &name = run.word(0);
  FLEET_TRY(mustBe(run, kind, name));
  FLEET_TRY_ASSIGN(const auto keys, keysGiven(run, 1));
  const auto has = textsOf(run.access.members().keysOf(kind, name));
  std::set<std::string> left = has, gone;
  for (const auto& key : keys) {
    gone.insert(key.text);
    left.erase(key.text);
  }
  if (left.empty())
    return age::error("VARS83", name + " would have no key any more",
                      "give it another one first, or remove the " + singular(kind));
  MemberChange change{run.access.members(), gone, {}};
  std::erase_if(change.after.ofKind(kind)[name], [&](const age::Recipient& key) { return gone.contains(key.text); });
  FLEET_TRY_ASSIGN(const auto plan, run.access.plan(change));
  // Not its key, and nothing is encrypted for it any more: somebody mistyped it.
  const bool known = std::any_of(gone.begin(), gone.end(), [&](const auto& key) { return has.contains(key); });
  if (!known && plan.empty()) return age::error("VARS81", name + " has no such key", "it has " + joined(has));
  return setKeys(run, gone, {});
}

fleet::Result<void> remove(SecretsRun& run) {
  const std::string &kind = run.request.noun, &name = run.word(0);
  FLEET_TRY(mustBe(run, kind, name));
  MemberChange change{run.access.members(), textsOf(run.access.members().keysOf(kind, name)), {}};
  change.after.ofKind(kind).erase(name);
  (kind == "users" ? change.after.brokenUsers : change.after.brokenMachines).erase(name);
  std::vector<std::string> links, empty;
  for (auto& [group, has] : change.after.groups) {
    auto& names = kind == "users" ? has.users : has.machines;
    if (!names.erase(name)) continue;
    links.push_back("sops/groups/" + group + "/" + kind + "/" + name);
    if (has.users.empty() && has.machines.empty()) empty.push_back(group);
  }
  for (const auto& group : empty) change.after.groups.erase(group);
  change.relink = [&](const std::string&, Readers& readers) {
    linksOfKind(readers, kind).erase(name);
    for (const auto& group : empty) readers.groups.erase(group);
  };
  FLEET_TRY_ASSIGN(const auto plan, run.access.plan(change));
  FLEET_TRY(applyPlan(run, plan));
  for (const auto& link : links) FLEET_TRY(run.access.remove(link));
  for (const auto& group : empty) {
    FLEET_TRY(run.access.remove("sops/groups/" + group));
    run.answer.add("removed the group " + group + ", which has no members any more");
  }
  FLEET_TRY(run.access.remove("sops/" + kind + "/" + name));
  run.answer.add("removed the " + singular(kind) + " " + name + "; what it has read it may have kept");
  if (kind == "machines" && run.access.isThere("sops/secrets/" + name + "-age.key"))
    run.answer.add("its secret key stays in sops/secrets/" + name + "-age.key; `fleetd secrets remove` removes it");
  return {};
}

fleet::Result<void> relink(SecretsRun& run, bool add) {
  const std::string &kind = run.request.noun, &name = run.word(0);
  FLEET_TRY_ASSIGN(const auto directory, findSecret(run, run.word(1)));
  FLEET_TRY(add ? mustBeReader(run, kind, name) : mustBe(run, kind, name));
  FLEET_TRY_ASSIGN(const Readers before, run.access.readersOf(directory));
  const bool linked = linksOfKind(before, kind).contains(name);
  MemberChange change{run.access.members(), textsOf(run.access.members().keysOf(kind, name)), {}};
  change.relink = [&](const std::string& at, Readers& readers) {
    if (at != directory) return;
    if (add)
      linksOfKind(readers, kind).insert(name);
    else
      linksOfKind(readers, kind).erase(name);
  };
  FLEET_TRY_ASSIGN(auto plan, run.access.plan(change));
  std::erase_if(plan, [&](const Reseal& one) { return one.directory != directory; });
  if (!add && !linked && plan.empty())
    return age::error("VARS81", run.word(1) + " has no link to the " + singular(kind) + " " + name,
                      "`fleetd secrets who " + run.word(1) + "` shows who reads it through which link");
  return applyPlan(run, plan);
}

}  // namespace

fleet::Result<void> runPeople(SecretsRun& run) {
  const std::string& action = run.request.action;
  if (action == "list") return list(run);
  if (action == "get") return get(run);
  if (action == "add") return add(run);
  if (action == "remove") return remove(run);
  if (action == "add-key") return addKey(run);
  if (action == "remove-key") return removeKey(run);
  if (action == "add-secret" || action == "remove-secret") return relink(run, action == "add-secret");
  if (action == "rotate") return run.request.noun == "users" ? rotateUser(run) : rotateMachine(run);
  return age::error("VARS62", "there is no action `" + action + "`");
}

}  // namespace fleetd::vars
