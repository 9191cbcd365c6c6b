// Listing, reading and writing single values, keys. Generating is in generate.cpp, health in health.cpp.
#include "plugins/vars/commands.hpp"

#include <algorithm>
#include <optional>

#include <sys/resource.h>

#include <fleet/cxx/utf8.hpp>

#include "plugins/vars/age/plugin.hpp"
#include "plugins/vars/generate.hpp"
#include "plugins/vars/graph/closure.hpp"
#include "plugins/vars/health.hpp"
#include "plugins/vars/kept.hpp"
#include "plugins/vars/migrate.hpp"
#include "plugins/vars/orphans.hpp"
#include "plugins/vars/request.hpp"
#include "plugins/vars/secrets/secrets.hpp"
#include "plugins/vars/session.hpp"
#include "plugins/vars/terminal.hpp"
#include "plugins/vars/transfer.hpp"
#include "plugins/vars/upload.hpp"

namespace fleetd::vars {

namespace {

using fleet::Attrs;
using fleet::List;
using fleet::Value;

// The declarations a machine takes part in, in the order of their names.
std::vector<const GeneratorDecl*> ofMachine(const Declarations& all, const std::string& machine) {
  std::vector<const GeneratorDecl*> out;
  for (const auto& [place, decl] : all)
    if (decl.machines.contains(machine)) out.push_back(&decl);
  std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  return out;
}

fleet::Result<void> listOne(const Request& request, const GeneratorDecl& decl, List& vars) {
  for (const auto& [file, kind] : decl.files) {
    Attrs entry{{"id", (decl.scope.empty() ? decl.name : decl.place) + "/" + file},
                {"secret", kind.secret},
                {"deploy", kind.deploy}};
    if (!decl.store.empty()) {  // whether it is there is known when it is asked for
      entry.set("exists", Value());
      entry.set("place", decl.place);
      entry.set("store", decl.store);
      vars.push_back(std::move(entry));
      continue;
    }
    const bool there =
        kind.secret ? request.store.hasSecret(decl.place, file) : request.store.hasPublic(decl.place, file);
    entry.set("exists", there);
    entry.set("place", decl.place);
    if (there && !kind.secret) {
      FLEET_TRY_ASSIGN(const auto value, request.store.readPublic(decl.place, file));
      if (fleet::isUtf8(value)) {
        entry.set("value", value);
      } else {  // bytes are no text; `get` gives them
        entry.set("value", Value());
        entry.set("size", static_cast<std::int64_t>(value.size()));
      }
    }
    vars.push_back(std::move(entry));
  }
  return {};
}

// Of a machine, or everything when none is named. What nothing declares any more follows.
fleet::Result<Value> list(const Request& request, const Value& value) {
  List vars;
  if (request.machine.empty()) {
    for (const auto& [place, decl] : request.declarations) FLEET_TRY(listOne(request, decl, vars));
  } else {
    for (const auto* decl : ofMachine(request.declarations, request.machine)) FLEET_TRY(listOne(request, *decl, vars));
  }
  FLEET_TRY_ASSIGN(const auto left, orphansOf(request, unsureMachines(value)));
  for (const auto& one : left) {
    if (!one.sure || (!request.machine.empty() && one.machine != request.machine)) continue;
    const std::string& place = one.place;
    const std::string above = one.machine.empty() ? "shared/" : "per-machine/" + one.machine + "/";
    vars.push_back(Attrs{{"id", place.substr(above.size())},
                         {"place", place},
                         {"secret", one.secret},
                         {"deploy", false},
                         {"exists", true},
                         {"orphan", true}});
  }
  return Value(Attrs{{"vars", std::move(vars)}});
}

struct Found {
  const GeneratorDecl* decl;
  std::string file;
  FileDecl kind;
};

// "generator/file", or with its place what several share: "shared/ca/key". Errors: VARS60 with the ids that begin like
// it.
fleet::Result<Found> find(const Request& request) {
  std::string like;
  for (const auto& [place, decl] : request.declarations)
    for (const auto& [file, kind] : decl.files)
      if (decl.machine.empty() && request.id == place + "/" + file) return Found{&decl, file, kind};
  for (const auto* decl : ofMachine(request.declarations, request.machine))
    for (const auto& [file, kind] : decl->files) {
      const std::string id = decl->name + "/" + file;
      if (id == request.id && decl->scope.empty()) return Found{decl, file, kind};
      if (id.starts_with(request.id) || request.id.starts_with(decl->name + "/"))
        like += (like.empty() ? "" : ", ") + id;
    }
  return age::error(
      "VARS60", request.machine + " has no variable `" + request.id.substr(0, 80) + "`",
      like.empty() ? "`fleetd vars list " + request.machine + "` shows those it has" : "did you mean " + like + "?");
}

fleet::Result<Value> get(Request& request) {
  FLEET_TRY_ASSIGN(const auto found, find(request));
  if (!found.decl->store.empty()) {
    FLEET_TRY_ASSIGN(const auto value, keptValue(request, request.machine, *found.decl, found.file));
    FLEET_TRY(writeOutput(value));
    return Value(Attrs{});
  }
  if (found.kind.secret) {
    if (!request.store.hasSecret(found.decl->place, found.file))
      return age::error("VARS61", request.id + " has no value yet", "`fleetd vars generate` makes one");
    FLEET_TRY_ASSIGN(const auto value, request.store.readSecret(found.decl->place, found.file));
    FLEET_TRY(writeOutput(value));
    return Value(Attrs{});
  }
  if (!request.store.hasPublic(found.decl->place, found.file))
    return age::error("VARS61", request.id + " has no value yet", "`fleetd vars generate` makes one");
  FLEET_TRY_ASSIGN(const auto text, request.store.readPublic(found.decl->place, found.file));
  FLEET_TRY_ASSIGN(const auto value, SecretBytes::copy(text));
  FLEET_TRY(writeOutput(value));
  return Value(Attrs{});
}

// The key goes to the one who brings it to its machine, and through nobody's memory but ours.
fleet::Result<Value> machineKey(const Request& request) {
  if (request.descriptor < 0 || !isName(request.machine))
    return age::error("VARS62", "machine-key needs a machine and a descriptor");
  FLEET_TRY_ASSIGN(const auto key, request.store.machineKey(request.machine));
  FLEET_TRY(writeTo(request.descriptor, key));
  return Value(Attrs{});
}

fleet::Result<Value> set(Request& request) {
  FLEET_TRY_ASSIGN(const auto found, find(request));
  if (!found.decl->store.empty())
    return age::error("VARS65", request.id + " is kept by the plugin " + found.decl->store,
                      "change it where that plugin has it");
  fleet::Result<SecretBytes> value =
      request.fromTerminal ? ask(request.id, "new value", "multiline-hidden") : readInput();
  if (!value) return std::move(value).error();
  // The program in front of a pipe may have failed.
  if (value->size() == 0) return age::error("VARS87", "the value is empty", "nothing was changed");
  FLEET_TRY(storeFile(request, *found.decl, found.file, *value));
  Answer answer;
  answer.commit("vars: set " + request.id + " for " + (found.decl->machine.empty() ? "all machines" : request.machine),
                request.store.takeTouched());
  return answer.value();
}

fleet::Result<Value> keygen(Request& request) {
  FLEET_TRY_ASSIGN(const auto recipient, request.store.keygen(request.user));
  Answer answer;
  answer.commit("secrets: add user " + request.user, request.store.takeTouched());
  answer.set("publicKey", recipient);
  if (const auto own =
          request.store.kind() == StoreKind::Sops ? request.store.operatorUsers() : std::set<std::string>();
      own && !own->empty()) {
    answer.set("user", *own->begin());
    if (!own->contains(request.user))
      answer.add("the key is the user " + *own->begin() + "'s already; nothing was registered for " + request.user);
  }
  const auto& named = request.choice.recipients;
  if (request.store.kind() == StoreKind::Age && std::find(named.begin(), named.end(), recipient) == named.end())
    answer.add("add it to clan.vars.settings.recipients.default, then `fleetd vars fix` lets you in");
  return answer.value();
}

// Values are in locked memory, which no core dump holds; this is for what has been on a stack meanwhile, and for the
// programs that get values.
void leaveNoCores() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur == 0) return;
  limit.rlim_cur = 0;
  static_cast<void>(::setrlimit(RLIMIT_CORE, &limit));
}

}  // namespace

fleet::Result<Value> runRequest(const Value& value) {
  leaveNoCores();
  const Value* fleet = value.find("fleet");
  const Value* verb = value.find("verb");
  const auto* directory = fleet ? fleet->get<std::string>() : nullptr;
  const auto* name = verb ? verb->get<std::string>() : nullptr;
  if (!directory || !name) return age::error("VARS62", "a request needs a directory and a verb");
  if (*name == "done") return endSession(*directory, value);
  age::setInteraction(
      {[](const std::string& plugin, const std::string& text) { tell("age-plugin-" + plugin + ": " + text); },
       [](const std::string& plugin, const std::string& question, bool secret) {
         return askOnce("age-plugin-" + plugin + ": " + question, secret);
       }});
  const bool writes = *name != "list" && *name != "get" && *name != "check" && *name != "orphans" &&
                      *name != "export" && *name != "scripts" && (*name != "secrets" || secretsWrite(value));
  // Taken before anything is read, so that what is read is still true when something is written.
  std::optional<Session> session;
  if (*name != "machine-key" && *name != "upload") {  // whoever asks for one commits nothing
    FLEET_TRY_ASSIGN(auto begun, Session::begin(*directory, writes));
    session.emplace(std::move(begun));
  }
  if (*name == "secrets") return session->finish(runSecrets(value));
  auto request = readRequest(value);
  if (!request) return std::move(request).error();
  if (writes) FLEET_TRY(request->store.settle());
  const auto run = [&]() -> fleet::Result<Value> {
    if (*name == "list") return list(*request, value);
    if (*name == "get") return get(*request);
    if (*name == "machine-key") return machineKey(*request);
    if (*name == "set") return set(*request);
    if (*name == "keygen") return keygen(*request);
    if (*name == "check") return check(*request);
    if (*name == "fix") return fix(*request);
    if (*name == "scripts") return scriptsToRun(*request);
    if (*name == "generate") return generate(*request);
    if (*name == "orphans") return orphans(*request, value);
    if (*name == "prune") return prune(*request, value);
    if (*name == "export") return exportValues(*request, value);
    if (*name == "import") return importValues(*request, value);
    if (*name == "migrate") return migrate(*request, value);
    if (*name == "upload") return upload(*request, value);
    return age::error("VARS62", "there is no verb `" + *name + "`");
  };
  return session ? session->finish(run()) : run();
}

}  // namespace fleetd::vars
