// Comparing, and encrypting again.
#include "plugins/vars/health.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

namespace fleetd::vars {

namespace {

constexpr std::size_t kBatch = 256, kBatchBytes = 16 << 20;  // of files encrypted again in one transaction

// A secret of a generator, or a machine's own key.
struct Secret {
  std::string name, place, file;  // the name for people; place: empty for a key
  std::string machine;
  Audience audience;
};

// Calls `visit` with every secret of the declarations, and with the keys of the machines that get some.
template <class Visit>
void eachSecret(const Request& request, Visit visit) {
  std::set<std::string> machines;
  for (const auto& [place, decl] : request.declarations) {
    if (!request.wanted.concerns(decl)) continue;
    machines.insert(decl.machines.begin(), decl.machines.end());
    for (const auto& [file, kind] : decl.files)
      if (kind.secret && request.store.hasSecret(place, file))
        visit(Secret{place + "/" + file, place, file, {}, request.audienceOf(decl, kind)});
  }
  if (!request.wanted.generators.empty()) return;
  for (const auto& machine : machines)
    if (request.wanted.concerns(std::set<std::string>{machine}) && request.store.hasMachineKey(machine))
      visit(Secret{
          request.store.machineKeyLocation(machine), {}, {}, machine, {{machine}, true, request.groupsOf({machine})}});
}

fleet::Result<bool> isAsWanted(const Store& store, const Secret& secret) {
  return secret.place.empty() ? store.isKeyFor(secret.machine, secret.audience.groups)
                              : store.isFor(secret.place, secret.file, secret.audience);
}

// Calls `look` with every number below `count`. Files of sops are read and taken apart by several threads, which change
// nothing of the store; other stores open keys for it.
template <class Look>
void lookAtAll(const Store& store, std::size_t count, Look look) {
  constexpr std::size_t kFew = 256, kMostThreads = 8;
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) look(i);
  };
  std::vector<std::thread> others;
  const std::size_t processors = std::min<std::size_t>(std::thread::hardware_concurrency(), kMostThreads);
  if (store.kind() == StoreKind::Sops && count >= kFew)
    for (std::size_t i = 1; i < processors; ++i) others.emplace_back(run);
  run();
  for (std::thread& one : others) one.join();
}

fleet::Result<bool> makeAsWanted(Store& store, const Secret& secret) {
  return secret.place.empty() ? store.makeKeyFor(secret.machine, secret.audience.groups)
                              : store.makeFor(secret.place, secret.file, secret.audience);
}

}  // namespace

fleet::Result<fleet::Value> check(const Request& request) {
  FLEET_TRY(namesAreKnown(request.declarations, request.wanted));
  std::vector<const GeneratorDecl*> generators;
  for (const auto& [place, decl] : request.declarations)
    if (request.wanted.concerns(decl)) generators.push_back(&decl);
  struct Found {
    std::string why;
    bool isScriptChanged = false;
  };
  std::vector<Found> made(generators.size());
  lookAtAll(request.store, generators.size(), [&](std::size_t i) {
    made[i].why = reasonToRun(*generators[i], request.store);
    made[i].isScriptChanged = made[i].why.empty() && isScriptChanged(*generators[i], request.store);
  });
  Answer answer;
  for (std::size_t i = 0; i < made.size(); ++i) {
    const std::string& place = generators[i]->place;
    if (!made[i].why.empty())
      answer.problem(place + ": " + made[i].why, "`fleetd vars generate` makes it");
    else if (made[i].isScriptChanged)
      answer.add(
          place +
          ": its values were made by an earlier script; `fleetd vars generate --changed-scripts` makes them anew");
  }
  std::vector<Secret> secrets;
  eachSecret(request, [&](Secret secret) { secrets.push_back(std::move(secret)); });
  std::vector<fleet::Result<bool>> found(secrets.size(), fleet::Result<bool>(true));
  lookAtAll(request.store, secrets.size(), [&](std::size_t i) { found[i] = isAsWanted(request.store, secrets[i]); });
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    const auto& fine = found[i];
    if (!fine)
      answer.problem(secrets[i].name + ": " + fine.error().message, fine.error().hint);
    else if (!*fine)
      answer.problem(secrets[i].name + ": not encrypted for those who should read it",
                     "`fleetd vars fix` encrypts it again; look at the change if nobody meant it");
  }
  return answer.value();
}

fleet::Result<fleet::Value> fix(Request& request) {
  constexpr const char* kMessage = "secrets: encrypt vars for those who should read them";
  FLEET_TRY(namesAreKnown(request.declarations, request.wanted));
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
  eachSecret(request, [&](const Secret& secret) {
    const auto mark = store.mark();
    const auto done = makeAsWanted(store, secret);
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
