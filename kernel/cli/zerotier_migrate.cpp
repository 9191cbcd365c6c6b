// `fleetd zerotier migrate`: values of earlier layouts of clan are moved to where they are looked for now. Nothing is
// decrypted or made anew, so every identity stays what it is.
//   vars/per-machine/M/zerotier/{zerotier-identity-secret,zerotier-network-id,zerotier-ip}
//   vars/shared/zerotier-controller/…           a copy of what the controller has by itself
//   vars/per-machine/M/zerotier-identity/identity-secret, vars/per-machine/M/zerotier-ip-I/ip
// become
//   vars/shared/zerotier-identity-M/identity-secret, zerotier-network-I/network-id, zerotier-ip-M-I/ip
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/inventory_change.hpp"
#include "kernel/cli/zerotier.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using base::FileType;

constexpr int kDeepest = 8;

Error refused(std::string message, std::string hint) { return {Code::FL0879, std::move(message), std::move(hint), {}}; }

struct Move {
  std::string from, to;   // relative to the directory of vars/
  bool replaces = false;  // what is at `to` was only a copy
};

class Plan {
 public:
  Plan(const std::string& directory, const render::Services& services, const std::vector<deploy::Overlay>& overlays)
      : directory_(directory) {
    for (const auto& overlay : overlays) {
      if (overlay.kind != "zerotier") continue;
      for (const auto& instance : services.inventory().instances)
        if (instance.name == overlay.instance)
          for (const auto& [role, members] : instance.roles)
            for (const auto& [machine, settings] : members.machines) instances_[machine].insert(overlay.instance);
    }
  }

  Result<void> make() {
    for (const std::string& machine : entries("vars/per-machine")) {
      FLEETD_TRY(ofOldest(machine));
      const std::string own = "vars/per-machine/" + machine;
      FLEETD_TRY(add(own + "/zerotier-identity/identity-secret", identity(machine), true));
      for (const std::string& generator : entries(own))
        if (generator.starts_with("zerotier-ip-"))
          FLEETD_TRY(add(own + "/" + generator + "/ip",
                         "vars/shared/zerotier-ip-" + machine + generator.substr(11) + "/ip", false));
    }
    return ofController();
  }

  std::vector<Move> moves;
  std::vector<std::string> removals;  // copies, and what belongs to no network any more

 private:
  static std::string identity(const std::string& machine) {
    return "vars/shared/zerotier-identity-" + machine + "/identity-secret";
  }
  std::vector<std::string> entries(const std::string& folder) const {
    std::vector<std::string> out;
    if (const auto found = base::listDir(directory_ + "/" + folder))
      for (const auto& entry : *found)
        if (entry.type == FileType::Directory) out.push_back(entry.name);
    return out;
  }
  bool there(const std::string& path) const { return base::fileType(directory_ + "/" + path) != FileType::Missing; }
  bool will(const std::string& path) const {
    return there(path) || std::any_of(moves.begin(), moves.end(), [&](const Move& one) { return one.to == path; });
  }
  // The bytes that count, whatever stands beside them.
  std::string content(const std::string& path) const {
    for (const char* file : {"/value", "/secret"})
      if (auto bytes = base::readFile(directory_ + "/" + path + file)) return *std::move(bytes);
    return {};
  }

  Result<void> add(const std::string& from, const std::string& to, bool wins) {
    if (!there(from)) return {};
    const auto other =
        std::find_if(moves.begin(), moves.end(), [&, &to = to](const Move& one) { return one.to == to; });
    const std::string before = other != moves.end() ? other->from : to;
    if (other == moves.end() && !there(to)) {
      moves.push_back({from, to, false});
      return {};
    }
    // Encrypted twice, the same identity has different bytes; what the machine itself was given is what it runs.
    if (content(before) == content(from)) {
      removals.push_back(from);
    } else if (wins && other == moves.end()) {
      moves.push_back({from, to, true});
    } else {
      return refused(fmt::format("{} and {} differ", before, from),
                     "keep the one that the machine runs with, and remove the other");
    }
    return {};
  }

  Result<void> ofOldest(const std::string& machine) {
    const std::string old = "vars/per-machine/" + machine + "/zerotier";
    if (!there(old)) return {};
    const auto found = instances_.find(machine);
    if (found == instances_.end())
      return refused(fmt::format("{} is in no ZeroTier network, and has values of one in {}", machine, old),
                     "give it its role back, or remove that directory");
    if (found->second.size() > 1)
      return refused(
          fmt::format("{} is in several ZeroTier networks: {}; which of them {} belongs to is not said", machine,
                      base::join(std::vector<std::string>(found->second.begin(), found->second.end()), ", "), old),
          "leave it in that one, migrate, and add the others again");
    const std::string& instance = *found->second.begin();
    FLEETD_TRY(add(old + "/zerotier-identity-secret", identity(machine), true));
    FLEETD_TRY(add(old + "/zerotier-network-id", "vars/shared/zerotier-network-" + instance + "/network-id", false));
    return add(old + "/zerotier-ip", "vars/shared/zerotier-ip-" + machine + "-" + instance + "/ip", false);
  }

  // A copy for all machines of what the controller has; where that is gone, it is the only one.
  Result<void> ofController() {
    const std::string old = "vars/shared/zerotier-controller";
    if (!there(old)) return {};
    std::string machine, instance;
    std::size_t controllers = 0;
    for (const auto& [name, all] : instances_)
      for (const std::string& one : all)
        if (isController(name, one)) ++controllers, machine = name, instance = one;
    if (controllers != 1)
      return refused(fmt::format("the fleet has {} controllers, and {} belongs to one of them", controllers, old),
                     "leave one instance, migrate, and add the others again");
    for (const auto& [file, to] :
         {std::pair{"zerotier-identity-secret", identity(machine)},
          std::pair{"zerotier-network-id", "vars/shared/zerotier-network-" + instance + "/network-id"},
          std::pair{"zerotier-ip", "vars/shared/zerotier-ip-" + machine + "-" + instance + "/ip"}}) {
      const std::string from = old + "/" + file;
      if (!there(from)) continue;
      if (!will(to)) {
        moves.push_back({from, to, false});
        continue;
      }
      const auto other =
          std::find_if(moves.begin(), moves.end(), [&, &to = to](const Move& one) { return one.to == to; });
      const std::string kept = other != moves.end() ? other->from : to;
      if (file != std::string_view("zerotier-identity-secret") && content(kept) != content(from))
        return refused(fmt::format("{} and {} differ", kept, from),
                       "keep the one that the controller runs with, and remove the other");
      removals.push_back(from);
    }
    return {};
  }

 public:
  void controllers(const std::vector<deploy::Overlay>& overlays) {
    for (const auto& overlay : overlays)
      if (overlay.kind == "zerotier") controllers_.insert({overlay.controller, overlay.instance});
  }

 private:
  bool isController(const std::string& machine, const std::string& instance) const {
    return controllers_.contains({machine, instance});
  }

  std::string directory_;
  std::map<std::string, std::set<std::string>> instances_;  // by machine
  std::set<std::pair<std::string, std::string>> controllers_;
};

// A link below `folder` that leads out of vars/: the same target, seen from where it will be.
std::string targetFrom(const std::string& target, const std::string& folder) {
  std::string_view rest = target;
  while (rest.starts_with("../")) rest.remove_prefix(3);
  std::string out;
  for (std::size_t i = 0; i < base::split(folder, '/').size(); ++i) out += "../";
  return out + std::string(rest);
}

Result<void> moveTree(InventoryChange& change, const std::string& from, const std::string& to, int depth) {
  if (depth > kDeepest) return refused(fmt::format("{} is too deep", from), "");
  FLEETD_TRY_ASSIGN(const auto entries, base::listDir(change.directory() + "/" + from));
  for (const auto& entry : entries) {
    const std::string old = from + "/" + entry.name, now = to + "/" + entry.name;
    if (entry.type == FileType::Directory) {
      FLEETD_TRY(moveTree(change, old, now, depth + 1));
    } else if (entry.type == FileType::Symlink) {
      FLEETD_TRY_ASSIGN(const std::string target, base::readLink(change.directory() + "/" + old));
      FLEETD_TRY(change.remove(old));
      FLEETD_TRY(change.link(now, target.starts_with("../") ? targetFrom(target, to) : target));
    } else {
      FLEETD_TRY(change.move(old, now));
    }
  }
  return {};
}

// Directories that hold nothing any more, from the inside out. What cannot be removed holds something.
Result<void> removeEmpty(InventoryChange& change, const std::string& path) {
  const auto entries = base::listDir(change.directory() + "/" + path);
  if (!entries) return {};
  for (const auto& entry : *entries)
    if (entry.type == FileType::Directory) FLEETD_TRY(removeEmpty(change, path + "/" + entry.name));
  const auto left = base::listDir(change.directory() + "/" + path);
  if (left && left->empty()) return change.remove(path);
  return {};
}

Result<void> carryOut(InventoryChange& change, const Plan& plan) {
  for (const std::string& path : plan.removals) FLEETD_TRY(change.remove(path));
  for (const Move& one : plan.moves) {
    if (one.replaces) FLEETD_TRY(change.remove(one.to));
    FLEETD_TRY(moveTree(change, one.from, one.to, 0));
  }
  std::set<std::string> folders;
  for (const Move& one : plan.moves) folders.insert(one.from.substr(0, one.from.rfind('/')));
  for (const std::string& path : plan.removals) folders.insert(path.substr(0, path.rfind('/')));
  for (const std::string& folder : folders) FLEETD_TRY(removeEmpty(change, folder));
  return change.apply();
}

void print(Context& cx, const Plan& plan) {
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginObject().key("moved").beginArray();
    for (const Move& one : plan.moves)
      json.beginObject().member("from", one.from).member("to", one.to).member("replaces", one.replaces).endObject();
    json.endArray().key("removed").beginArray();
    for (const auto& one : plan.removals) json.string(one);
    json.endArray().endObject();
    cx.out.write("\n");
    return;
  }
  for (const Move& one : plan.moves)
    cx.out.write(fmt::format("{} → {}{}\n", one.from, one.to, one.replaces ? ", in place of a copy" : ""));
  for (const auto& one : plan.removals) cx.out.write(fmt::format("{} is a copy, and is removed\n", one));
  if (plan.moves.empty() && plan.removals.empty() && !cx.quiet()) cx.out.message("nothing is to be moved\n");
}

}  // namespace

int migrateZerotier(Context& cx) {
  if (cx.args.positionals.size() > 1)
    return cx.fail({Code::FL0903, fmt::format("unexpected argument `{}`", shownWord(cx.args.positionals[1])), "", {}});
  auto change = InventoryChange::open(cx);
  if (!change) return cx.fail(change.error());
  const auto overlays = deploy::overlaysOf(cx.workspace().services());
  Plan plan((*change)->directory(), cx.workspace().services(), overlays);
  plan.controllers(overlays);
  if (auto made = plan.make(); !made) return cx.fail(made.error());
  print(cx, plan);
  if (cx.args.has("--dry-run") || (plan.moves.empty() && plan.removals.empty())) return cx.finish();
  (*change)->describe("vars: values of ZeroTier are where they are looked for now");
  if (auto done = carryOut(**change, plan); !done) return cx.fail(done.error());
  (*change)->commit();
  if (!cx.quiet())
    cx.out.message("identities are unchanged; `fleetd vars fix` encrypts them for those who share them now\n");
  return cx.finish();
}

}  // namespace fleetd::cli
