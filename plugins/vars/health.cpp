// Comparing, and encrypting again.
#include "plugins/vars/health.hpp"

#include <algorithm>

namespace fleetd::vars {

namespace {

constexpr std::size_t kBatch = 256, kBatchBytes = 16 << 20;  // of files encrypted again in one transaction

struct Secret {
  std::string name, directory;  // the name for people
  Readers wanted;
};

bool isConcerned(const Request& request, const std::set<std::string>& machines) {
  return request.wanted.machines.empty() ||
         std::any_of(machines.begin(), machines.end(),
                     [&](const std::string& machine) { return request.wanted.machines.contains(machine); });
}

bool isConcerned(const Request& request, const GeneratorDecl& decl) {
  if (!request.wanted.generators.empty() && !request.wanted.generators.contains(decl.name)) return false;
  return isConcerned(request, decl.machines);
}

// Who is meant to read a secret: as before, but exactly the machines that get it, and the groups that always may.
fleet::Result<Readers> wantedReaders(const Request& request, const GeneratorDecl& decl, const std::string& file,
                                     const FileDecl& kind) {
  FLEET_TRY_ASSIGN(Readers out, request.store.readersAt(directoryOf(decl.place, file)));
  if (!kind.deploy)
    for (const auto& machine : decl.machines) out.machines.erase(machine);
  else
    out.machines.insert(decl.machines.begin(), decl.machines.end());
  const auto groups = request.groupsOf(decl.machines);
  out.groups.insert(groups.begin(), groups.end());
  return out;
}

// Calls `visit` with every secret of the declarations, and with the keys of the machines that get some. What cannot be
// told of one is a problem, and the others go on.
template <class Visit>
void eachSecret(const Request& request, Answer& answer, Visit visit) {
  std::set<std::string> machines;
  const auto problem = [&](const std::string& name, const fleet::Error& error) {
    answer.problem(name + ": " + error.message, error.hint);
  };
  for (const auto& [place, decl] : request.declarations) {
    if (!isConcerned(request, decl)) continue;
    machines.insert(decl.machines.begin(), decl.machines.end());
    for (const auto& [file, kind] : decl.files) {
      if (!kind.secret || !request.store.hasSecret(place, file)) continue;
      auto wanted = wantedReaders(request, decl, file, kind);
      if (wanted)
        visit(Secret{place + "/" + file, directoryOf(place, file), *std::move(wanted)});
      else
        problem(place + "/" + file, wanted.error());
    }
  }
  if (!request.wanted.generators.empty()) return;
  for (const auto& machine : machines) {
    const std::string directory = keyDirectoryOf(machine);
    if (!isConcerned(request, std::set<std::string>{machine}) || !request.store.hasSecretAt(directory)) continue;
    auto wanted = request.store.readersAt(directory);
    if (!wanted) {
      problem(directory, wanted.error());
      continue;
    }
    const auto groups = request.groupsOf({machine});
    wanted->groups.insert(groups.begin(), groups.end());
    visit(Secret{directory, directory, *std::move(wanted)});
  }
}

fleet::Result<bool> isAsWanted(const Store& store, const Secret& secret) {
  FLEET_TRY_ASSIGN(const bool healthy, store.isHealthyAt(secret.directory));
  FLEET_TRY_ASSIGN(const auto readers, store.readersAt(secret.directory));
  return healthy && readers == secret.wanted;
}

}  // namespace

fleet::Result<fleet::Value> check(const Request& request) {
  Answer answer;
  for (const auto& [place, decl] : request.declarations) {
    if (!isConcerned(request, decl)) continue;
    if (const std::string why = reasonToRun(decl, request.store); !why.empty())
      answer.problem(place + ": " + why, "`fleetd vars generate` makes it");
    else if (isScriptChanged(decl, request.store))
      answer.add(
          place +
          ": its values were made by an earlier script; `fleetd vars generate --changed-scripts` makes them anew");
  }
  eachSecret(request, answer, [&](const Secret& secret) {
    const auto fine = isAsWanted(request.store, secret);
    if (!fine)
      answer.problem(secret.name + ": " + fine.error().message, fine.error().hint);
    else if (!*fine)
      answer.problem(secret.name + ": not encrypted for those who should read it",
                     "`fleetd vars fix` encrypts it again; look at the change if nobody meant it");
  });
  return answer.value();
}

fleet::Result<fleet::Value> fix(Request& request) {
  constexpr const char* kMessage = "secrets: encrypt vars for those who should read them";
  Answer answer;
  Store& store = request.store;
  std::int64_t changed = 0;
  std::vector<std::string> batch;
  store.begin();
  const auto flush = [&] {
    const auto done = store.commit(kMessage);
    if (done)
      changed += static_cast<std::int64_t>(batch.size());
    else
      answer.problem(batch.front() + (batch.size() > 1 ? " and others: " : ": ") + done.error().message,
                     done.error().hint);
    batch.clear();
    store.begin();
  };
  eachSecret(request, answer, [&](const Secret& secret) {
    const auto mark = store.mark();
    const auto done = store.setReadersAt(secret.directory, secret.wanted);
    if (!done) {
      store.rewind(mark);
      answer.problem(secret.name + ": " + done.error().message, done.error().hint);
      return;
    }
    if (*done) batch.push_back(secret.name);
    if (batch.size() >= kBatch || store.pendingBytes() >= kBatchBytes) flush();
  });
  if (!batch.empty()) flush();
  store.abandon();
  answer.commit(kMessage, store.takeTouched());
  answer.set("changed", changed);
  return answer.value();
}

}  // namespace fleetd::vars
