// Groups: people and machines that read the same secrets.
#include "plugins/vars/secrets/run.hpp"

namespace fleetd::vars {

namespace {

using fleet::Attrs;

Attrs describe(const std::string& name, const Group& group) {
  return {{"name", name}, {"users", listOf(group.users)}, {"machines", listOf(group.machines)}};
}

fleet::Result<void> list(SecretsRun& run) {
  Table table({"NAME", "USERS", "MACHINES"});
  for (const auto& [name, group] : run.access.members().groups)
    table.add({name, joined(group.users), joined(group.machines)}, describe(name, group));
  table.into(run.answer);
  return {};
}

fleet::Result<void> get(SecretsRun& run) {
  FLEET_TRY(mustBe(run, "groups", run.word(0)));
  run.answer.set("data", describe(run.word(0), run.access.members().groups.at(run.word(0))));
  return {};
}

fleet::Result<void> join(SecretsRun& run, const std::string& name, const Readers& members) {
  MemberChange change{run.access.members(), {}, {}};
  Group& group = change.after.groups[name];
  for (const char* kind : {"users", "machines"})
    for (const auto& one : linksOfKind(members, kind)) {
      FLEET_TRY(mustBe(run, kind, one));
      (std::string_view(kind) == "users" ? group.users : group.machines).insert(one);
    }
  for (const auto& [text, key] : change.after.keysOf(members)) change.keys.insert(text);
  FLEET_TRY_ASSIGN(auto plan, run.access.plan(change));
  std::erase_if(plan, [&](const Reseal& one) { return !one.readers.groups.contains(name); });
  for (const char* kind : {"users", "machines"})
    for (const auto& one : linksOfKind(members, kind)) FLEET_TRY(run.access.linkMember(name, kind, one));
  return applyPlan(run, plan);
}

fleet::Result<void> create(SecretsRun& run) {
  const std::string& name = run.word(0);
  FLEET_TRY(mustBeNewName("groups", name));
  if (run.access.members().groups.contains(name))
    return age::error("VARS82", "there is a group `" + name + "` already", "`add-user` and `add-machine` enlarge it");
  const Readers members{run.request.users, run.request.machines, {}};
  if (members.users.empty() && members.machines.empty())
    return age::error("VARS85", "a group needs a member, git keeps no empty directories",
                      "--user NAME, --machine NAME");
  return join(run, name, members);
}

Readers memberOf(const std::string& kind, const std::string& name) {
  Readers out;
  linksOfKind(out, kind).insert(name);
  return out;
}

fleet::Result<void> add(SecretsRun& run, const std::string& kind) {
  const std::string& name = run.word(0);
  // As in clan: the first member makes the group.
  if (!run.access.members().groups.contains(name)) FLEET_TRY(mustBeNewName("groups", name));
  return join(run, name, memberOf(kind, run.word(1)));
}

fleet::Result<void> removeAll(SecretsRun& run, const std::string& name) {
  MemberChange change{run.access.members(), {}, {}};
  for (const auto& [text, key] : change.after.keysOf({{}, {}, {name}})) change.keys.insert(text);
  change.after.groups.erase(name);
  change.relink = [&](const std::string&, Readers& readers) { readers.groups.erase(name); };
  FLEET_TRY_ASSIGN(const auto plan, run.access.plan(change));
  FLEET_TRY(applyPlan(run, plan));
  FLEET_TRY(run.access.remove("sops/groups/" + name));
  run.answer.add("removed the group " + name);
  return {};
}

fleet::Result<void> removeMember(SecretsRun& run, const std::string& kind) {
  const std::string &name = run.word(0), &member = run.word(1);
  FLEET_TRY(mustBe(run, "groups", name));
  MemberChange change{run.access.members(), {}, {}};
  Group& group = change.after.groups.at(name);
  auto& names = kind == "users" ? group.users : group.machines;
  if (!names.erase(member))
    return age::error("VARS81", "the group " + name + " has no " + singular(kind) + " `" + member.substr(0, 80) + "`",
                      names.empty() ? "" : "it has " + joined(names));
  if (group.users.empty() && group.machines.empty()) return removeAll(run, name);
  for (const auto& [text, key] : change.after.keysOf(memberOf(kind, member))) change.keys.insert(text);
  FLEET_TRY_ASSIGN(auto plan, run.access.plan(change));
  std::erase_if(plan, [&](const Reseal& one) { return !one.readers.groups.contains(name); });
  FLEET_TRY(applyPlan(run, plan));
  return run.access.remove("sops/groups/" + name + "/" + kind + "/" + member);
}

fleet::Result<void> relink(SecretsRun& run, bool add) {
  const std::string& name = run.word(0);
  FLEET_TRY(mustBe(run, "groups", name));
  FLEET_TRY_ASSIGN(const auto directory, findSecret(run, run.word(1)));
  FLEET_TRY_ASSIGN(const Readers before, run.access.readersOf(directory));
  MemberChange change{run.access.members(), {}, {}};
  for (const auto& [text, key] : change.after.keysOf({{}, {}, {name}})) change.keys.insert(text);
  change.relink = [&](const std::string& at, Readers& readers) {
    if (at != directory) return;
    if (add)
      readers.groups.insert(name);
    else
      readers.groups.erase(name);
  };
  FLEET_TRY_ASSIGN(auto plan, run.access.plan(change));
  std::erase_if(plan, [&](const Reseal& one) { return one.directory != directory; });
  if (!add && !before.groups.contains(name) && plan.empty())
    return age::error("VARS81", run.word(1) + " has no link to the group " + name,
                      "`fleetd secrets who " + run.word(1) + "` shows who reads it through which link");
  return applyPlan(run, plan);
}

}  // namespace

fleet::Result<void> runGroups(SecretsRun& run) {
  const std::string& action = run.request.action;
  if (action == "list") return list(run);
  if (action == "get") return get(run);
  if (action == "create") return create(run);
  if (action == "add-user") return add(run, "users");
  if (action == "add-machine") return add(run, "machines");
  if (action == "remove-user") return removeMember(run, "users");
  if (action == "remove-machine") return removeMember(run, "machines");
  if (action == "add-secret" || action == "remove-secret") return relink(run, action == "add-secret");
  if (action == "remove") {
    FLEET_TRY(mustBe(run, "groups", run.word(0)));
    return removeAll(run, run.word(0));
  }
  return age::error("VARS62", "there is no action `" + action + "`");
}

}  // namespace fleetd::vars
