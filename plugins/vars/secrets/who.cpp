// Who can read what: links, and the keys that files really are encrypted for.
#include <algorithm>

#include "plugins/vars/secrets/run.hpp"

namespace fleetd::vars {

namespace {

using fleet::Attrs;
using fleet::List;

struct Who {
  std::string kind, name;     // "user", "ada"
  std::set<std::string> via;  // "users/ada", "groups/admins"; empty: through no link
  std::set<std::string> keys;
  bool opens = false;  // the file is encrypted for one of the keys
};

// Everybody who should, and everybody who can; and keys of nobody.
struct Audit {
  std::string directory;
  std::vector<Who> who;
  std::set<std::string> strangers;
};

fleet::Result<Audit> look(const SecretsRun& run, const std::string& directory) {
  const Members& members = run.access.members();
  FLEET_TRY_ASSIGN(const auto readers, run.access.readersOf(directory));
  FLEET_TRY_ASSIGN(const auto actual, run.access.keysIn(directory));
  Audit out{directory, {}, {actual.begin(), actual.end()}};
  const std::set<std::string> inFile = out.strangers;
  for (const std::string kind : {"users", "machines"}) {
    std::set<std::string> names = members.names(kind);
    names.insert(linksOfKind(readers, kind).begin(), linksOfKind(readers, kind).end());
    for (const auto& name : names) {
      Who one{singular(kind), name, {}, {}, false};
      if (linksOfKind(readers, kind).contains(name)) one.via.insert(kind + "/" + name);
      for (const auto& group : readers.groups)
        if (const auto found = members.groups.find(group); found != members.groups.end())
          if ((kind == "users" ? found->second.users : found->second.machines).contains(name))
            one.via.insert("groups/" + group);
      for (const auto& key : members.keysOf(kind, name)) {
        one.keys.insert(key.text);
        one.opens = one.opens || inFile.contains(key.text);
        out.strangers.erase(key.text);
      }
      if (one.opens || !one.via.empty()) out.who.push_back(std::move(one));
    }
  }
  return out;
}

void report(SecretsRun& run, const Audit& audit) {
  const std::string name = secretName(audit.directory);
  for (const auto& one : audit.who) {
    if (one.via.empty())
      run.answer.problem(name + ": the " + one.kind + " " + one.name + " can read it, though no link lets it",
                         "`fleetd secrets key update` encrypts it again; look at the change if nobody meant it");
    else if (!one.opens)
      run.answer.problem(name + ": it is not encrypted for the " + one.kind + " " + one.name + " yet",
                         "`fleetd secrets key update` encrypts it again");
  }
  for (const auto& key : audit.strangers)
    run.answer.problem(name + ": it is encrypted for a key of nobody: " + key,
                       "`fleetd secrets key update` encrypts it again; look at the change if nobody meant it");
}

Attrs dataOf(const Audit& audit) {
  List readers;
  for (const auto& one : audit.who)
    readers.push_back(Attrs{{"kind", one.kind},
                            {"name", one.name},
                            {"via", listOf(one.via)},
                            {"keys", listOf(one.keys)},
                            {"opens", one.opens}});
  return {{"secret", secretName(audit.directory)}, {"readers", readers}, {"unknownKeys", listOf(audit.strangers)}};
}

std::string shown(const Who& one) { return one.via.empty() ? "(no link)" : joined(one.via); }

fleet::Result<void> ofSecret(SecretsRun& run, const std::string& directory) {
  FLEET_TRY_ASSIGN(const auto audit, look(run, directory));
  Table table({"WHO", "NAME", "THROUGH", "CAN READ"});
  for (const auto& one : audit.who) table.add({one.kind, one.name, shown(one), one.opens ? "yes" : "not yet"}, {});
  for (const auto& key : audit.strangers) table.add({"unknown key", key, "(no link)", "yes"}, {});
  table.into(run.answer);
  run.answer.set("data", dataOf(audit));
  report(run, audit);
  return {};
}

fleet::Result<void> ofName(SecretsRun& run, const std::string& kind, const std::string& name) {
  FLEET_TRY(mustBe(run, kind, name));
  FLEET_TRY_ASSIGN(const auto all, run.access.all());
  Table table({"SECRET", "THROUGH", "CAN READ"});
  for (const auto& directory : all) {
    if (kind == "groups") {
      FLEET_TRY_ASSIGN(const auto readers, run.access.readersOf(directory));
      if (readers.groups.contains(name))
        table.add({secretName(directory), "groups/" + name, "yes"},
                  Attrs{{"secret", secretName(directory)}, {"via", List{"groups/" + name}}, {"opens", true}});
      continue;
    }
    FLEET_TRY_ASSIGN(const auto audit, look(run, directory));
    for (const auto& one : audit.who)
      if (one.kind == singular(kind) && one.name == name)
        table.add({secretName(directory), shown(one), one.opens ? "yes" : "not yet"},
                  Attrs{{"secret", secretName(directory)}, {"via", listOf(one.via)}, {"opens", one.opens}});
  }
  table.into(run.answer);
  return {};
}

// Every secret with everybody who can read it; what does not fit is a finding.
fleet::Result<void> everything(SecretsRun& run) {
  FLEET_TRY_ASSIGN(const auto all, run.access.all());
  Table table({"SECRET", "USERS", "MACHINES"});
  for (const auto& directory : all) {
    const auto audit = look(run, directory);
    if (!audit) {
      run.answer.problem(audit.error().message, audit.error().hint);
      continue;
    }
    std::set<std::string> users, machines;
    for (const auto& one : audit->who)
      if (one.opens) (one.kind == "user" ? users : machines).insert(one.name);
    table.add({secretName(directory), joined(users), joined(machines)}, dataOf(*audit));
    report(run, *audit);
  }
  table.into(run.answer);
  return {};
}

}  // namespace

fleet::Result<void> runWho(SecretsRun& run) {
  if (run.request.words.empty()) return everything(run);
  std::string name = run.word(0);
  for (const std::string kind : {"users", "machines", "groups"})
    if (name.starts_with(singular(kind) + ":")) return ofName(run, kind, name.substr(kind.size()));
  const Members& members = run.access.members();
  std::vector<std::string> kinds;
  if (members.users.contains(name)) kinds.emplace_back("users");
  if (members.machines.contains(name)) kinds.emplace_back("machines");
  if (members.groups.contains(name)) kinds.emplace_back("groups");
  const bool isSecret = name.starts_with("secret:");
  if (isSecret) name = name.substr(7);
  const auto directory = findSecret(run, name);
  const std::size_t meanings = kinds.size() + (directory ? 1 : 0);
  if (meanings > 1)
    return age::error("VARS85", "`" + name + "` is the name of several things",
                      "say which: user:" + name + ", machine:" + name + ", group:" + name + " or secret:" + name);
  if (directory) return ofSecret(run, *directory);
  if (kinds.size() == 1 && !isSecret) return ofName(run, kinds.front(), name);
  if (!kinds.empty() || isSecret) return directory.error();
  fleet::Error e = directory.error();
  e.message = "there is no secret, user, machine or group `" + name.substr(0, 80) + "`";
  return e;
}

}  // namespace fleetd::vars
