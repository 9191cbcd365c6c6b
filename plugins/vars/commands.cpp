// Listing, reading and writing single values, keys, health. Generating is in generate.cpp.
#include "plugins/vars/commands.hpp"

#include <algorithm>
#include <optional>

#include "plugins/vars/generate.hpp"
#include "plugins/vars/graph/closure.hpp"
#include "plugins/vars/request.hpp"
#include "plugins/vars/store/disk.hpp"
#include "plugins/vars/terminal.hpp"

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

fleet::Result<Value> list(const Request& request) {
  List vars;
  for (const auto* decl : ofMachine(request.declarations, request.machine))
    for (const auto& [file, kind] : decl->files) {
      Attrs entry{{"id", decl->name + "/" + file}, {"secret", kind.secret}, {"deploy", kind.deploy}};
      const bool there =
          kind.secret ? request.store.hasSecret(decl->place, file) : request.store.hasPublic(decl->place, file);
      entry.set("exists", there);
      entry.set("place", decl->place);
      if (there && !kind.secret) {
        FLEET_TRY_ASSIGN(const auto value, request.store.readPublic(decl->place, file));
        entry.set("value", value);
      }
      vars.push_back(std::move(entry));
    }
  return Value(Attrs{{"vars", std::move(vars)}});
}

struct Found {
  const GeneratorDecl* decl;
  std::string file;
  FileDecl kind;
};

// "generator/file". Errors: VARS60 with the ids that begin like it.
fleet::Result<Found> find(const Request& request) {
  std::string like;
  for (const auto* decl : ofMachine(request.declarations, request.machine))
    for (const auto& [file, kind] : decl->files) {
      const std::string id = decl->name + "/" + file;
      if (id == request.id) return Found{decl, file, kind};
      if (id.starts_with(request.id) || request.id.starts_with(decl->name + "/"))
        like += (like.empty() ? "" : ", ") + id;
    }
  return age::error(
      "VARS60", request.machine + " has no variable `" + request.id + "`",
      like.empty() ? "`fleetd vars list " + request.machine + "` shows those it has" : "did you mean " + like + "?");
}

fleet::Result<Value> get(Request& request) {
  FLEET_TRY_ASSIGN(const auto found, find(request));
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
  fleet::Result<SecretBytes> value =
      request.fromTerminal ? ask(request.id, "new value", "multiline-hidden") : readInput();
  if (!value) return std::move(value).error();
  FLEET_TRY(storeFile(request.store, *found.decl, found.file, *value, request.groups));
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
  return answer.value();
}

// Who is meant to read a secret: as before, but exactly the machines that get it, and the groups that always may.
Readers wantedReaders(const Request& request, const GeneratorDecl& decl, const std::string& file,
                      const FileDecl& kind) {
  Readers out = request.store.readersOf(decl.place, file);
  if (!kind.deploy)
    for (const auto& machine : decl.machines) out.machines.erase(machine);
  else
    out.machines.insert(decl.machines.begin(), decl.machines.end());
  out.groups.insert(request.groups.begin(), request.groups.end());
  return out;
}

bool isConcerned(const Request& request, const GeneratorDecl& decl) {
  return request.wanted.machines.empty() ||
         std::any_of(decl.machines.begin(), decl.machines.end(),
                     [&](const std::string& machine) { return request.wanted.machines.contains(machine); });
}

fleet::Result<Value> check(const Request& request) {
  Answer answer;
  for (const auto& [place, decl] : request.declarations) {
    if (!isConcerned(request, decl)) continue;
    if (!request.wanted.generators.empty() && !request.wanted.generators.contains(decl.name)) continue;
    if (const std::string why = reasonToRun(decl, request.store); !why.empty())
      answer.problem(place + ": " + why, "`fleetd vars generate` makes it");
    for (const auto& [file, kind] : decl.files) {
      if (!kind.secret || !request.store.hasSecret(place, file)) continue;
      const auto healthy = request.store.isHealthy(place, file);
      if (!healthy)
        answer.problem(place + "/" + file + ": " + healthy.error().message, healthy.error().hint);
      else if (!*healthy || request.store.readersOf(place, file) != wantedReaders(request, decl, file, kind))
        answer.problem(place + "/" + file + ": not encrypted for those who should read it",
                       "`fleetd vars fix` encrypts it again; look at the change if nobody meant it");
    }
  }
  return answer.value();
}

fleet::Result<Value> fix(Request& request) {
  Answer answer;
  std::int64_t changed = 0;
  for (const auto& [place, decl] : request.declarations) {
    if (!isConcerned(request, decl)) continue;
    for (const auto& [file, kind] : decl.files) {
      if (!kind.secret || !request.store.hasSecret(place, file)) continue;
      auto done = request.store.setReaders(place, file, wantedReaders(request, decl, file, kind));
      if (!done) {
        answer.problem(place + "/" + file + ": " + done.error().message, done.error().hint);
        continue;
      }
      if (*done) ++changed;
    }
  }
  answer.commit("secrets: encrypt vars for those who should read them", request.store.takeTouched());
  answer.set("changed", changed);
  return answer.value();
}

}  // namespace

fleet::Result<Value> runRequest(const Value& value) {
  std::optional<disk::Lock> lock;
  const Value* fleet = value.find("fleet");
  const Value* verb = value.find("verb");
  const auto* directory = fleet ? fleet->get<std::string>() : nullptr;
  const auto* name = verb ? verb->get<std::string>() : nullptr;
  // Taken before anything is read, so that what is read is still true when something is written.
  if (directory && name && *name != "list" && *name != "get" && *name != "check" && *name != "machine-key") {
    FLEET_TRY_ASSIGN(auto taken, disk::Lock::take(*directory));
    lock.emplace(std::move(taken));
  }
  FLEET_TRY_ASSIGN(auto request, readRequest(value));
  if (request.verb == "list") return list(request);
  if (request.verb == "get") return get(request);
  if (request.verb == "machine-key") return machineKey(request);
  if (request.verb == "set") return set(request);
  if (request.verb == "keygen") return keygen(request);
  if (request.verb == "check") return check(request);
  if (request.verb == "fix") return fix(request);
  if (request.verb == "generate") return generate(request);
  return age::error("VARS62", "there is no verb `" + request.verb + "`");
}

}  // namespace fleetd::vars
