// Everything is read before anything is written.
#include "plugins/vars/migrate.hpp"

#include <sodium.h>

#include "plugins/vars/store/store.hpp"

namespace fleetd::vars {

namespace {

using fleet::Value;

std::string textOf(const Value& request, std::string_view name) {
  const Value* value = request.find(name);
  const auto* held = value ? value->get<std::string>() : nullptr;
  return held ? *held : std::string();
}

bool isSame(const SecretBytes& a, const SecretBytes& b) {
  return a.size() == b.size() && (a.size() == 0 || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

class Migration {
 public:
  Migration(Request& request, Store from, Store to, StoreKind fromKind, StoreKind toKind)
      : request_(request), from_(std::move(from)), to_(std::move(to)), fromKind_(fromKind), toKind_(toKind) {}

  fleet::Result<Value> copy() {
    FLEET_TRY_ASSIGN(const auto all, from_.secrets());
    to_.begin();
    if (auto staged = stageAll(all); !staged) {
      to_.abandon();
      return std::move(staged).error();
    }
    if (!differs_.empty()) {
      to_.abandon();
      for (const auto& one : differs_)
        answer_.problem(one + ": " + nameOf(toKind_) + " has another value already",
                        "look which is right; `fleetd vars set` in the store that is wrong, or remove it there");
      return answer_.value();
    }
    const std::string message = "vars: copy secrets from " + nameOf(fromKind_) + " to " + nameOf(toKind_);
    FLEET_TRY(to_.commit(message));
    answer_.commit(message, to_.takeTouched());
    FLEET_TRY(compare(all));
    answer_.set("copied", copied_);
    answer_.set("same", same_);
    return answer_.value();
  }

  // Only what the other store has, too, and as it is here.
  fleet::Result<Value> remove() {
    FLEET_TRY_ASSIGN(const auto all, from_.secrets());
    FLEET_TRY(compare(all));
    const std::string message = "vars: remove secrets from " + nameOf(fromKind_) + ", which are in " + nameOf(toKind_);
    from_.begin();
    for (const auto& one : all)
      if (auto removed = from_.removeSecret(one.place, one.file); !removed) {
        from_.abandon();
        return std::move(removed).error();
      }
    FLEET_TRY(from_.commit(message));
    answer_.commit(message, from_.takeTouched());
    answer_.set("removed", static_cast<std::int64_t>(all.size()));
    return answer_.value();
  }

 private:
  // What nothing declares, or a plugin keeps by now, is for nobody but people.
  Audience audienceOf(const StoredSecret& one) const {
    const auto decl = request_.declarations.find(one.place);
    if (decl == request_.declarations.end() || !decl->second.store.empty()) return {{}, false, request_.groups};
    const auto kind = decl->second.files.find(one.file);
    if (kind == decl->second.files.end()) return {decl->second.machines, false, request_.groups};
    return request_.audienceOf(decl->second, kind->second);
  }

  fleet::Result<void> stageAll(const std::vector<StoredSecret>& all) {
    std::set<std::string> machines;
    for (const auto& [place, decl] : request_.declarations) machines.insert(decl.machines.begin(), decl.machines.end());
    for (const auto& machine : machines)
      if (from_.hasMachineKey(machine) && !to_.hasMachineKey(machine)) {
        FLEET_TRY_ASSIGN(const auto key, from_.machineKey(machine));
        FLEET_TRY(to_.adoptMachineKey(machine, key, request_.groupsOf({machine})));
      }
    for (const auto& one : all) {
      FLEET_TRY_ASSIGN(const auto value, from_.readSecret(one.place, one.file));
      if (to_.hasSecret(one.place, one.file)) {
        FLEET_TRY_ASSIGN(const auto there, to_.readSecret(one.place, one.file));
        if (isSame(value, there))
          ++same_;
        else
          differs_.push_back(one.place + "/" + one.file);
        continue;
      }
      FLEET_TRY(to_.writeSecret(one.place, one.file, value, audienceOf(one)));
      ++copied_;
    }
    return {};
  }

  fleet::Result<void> compare(const std::vector<StoredSecret>& all) const {
    for (const auto& one : all) {
      if (!to_.hasSecret(one.place, one.file))
        return age::error("VARS61", one.place + "/" + one.file + " is not in " + nameOf(toKind_),
                          "`fleetd vars migrate " + nameOf(toKind_) + " --from " + nameOf(fromKind_) +
                              "` copies what is missing there; nothing was removed");
      FLEET_TRY_ASSIGN(const auto before, from_.readSecret(one.place, one.file));
      FLEET_TRY_ASSIGN(const auto after, to_.readSecret(one.place, one.file));
      if (!isSame(before, after))
        return age::error("VARS98", one.place + "/" + one.file + " is not the same in both stores",
                          "nothing was removed");
    }
    return {};
  }

  Request& request_;
  Store from_, to_;
  StoreKind fromKind_, toKind_;
  Answer answer_;
  std::vector<std::string> differs_;
  std::int64_t copied_ = 0, same_ = 0;
};

}  // namespace

fleet::Result<Value> migrate(Request& request, const Value& value) {
  const std::string named = textOf(value, "from");
  const StoreKind declared = request.store.kind();
  FLEET_TRY_ASSIGN(const StoreKind to, storeKind(textOf(value, "to")));
  StoreKind from = declared;
  if (!named.empty()) {
    FLEET_TRY_ASSIGN(from, storeKind(named));
  }
  if (from == to)
    return age::error("VARS85", "the secrets are in " + nameOf(to) + " already",
                      "--from STORE says where they are to come from");
  StoreChoice choice = request.choice;
  choice.kind = from;
  FLEET_TRY_ASSIGN(auto source, Store::open(request.fleet, choice));
  choice.kind = to;
  FLEET_TRY_ASSIGN(auto target, Store::open(request.fleet, choice));
  FLEET_TRY(source.settle());
  FLEET_TRY(target.settle());
  const Value* flag = value.find("remove");
  Migration migration(request, std::move(source), std::move(target), from, to);
  return flag && flag->get<bool>() && *flag->get<bool>() ? migration.remove() : migration.copy();
}

}  // namespace fleetd::vars
