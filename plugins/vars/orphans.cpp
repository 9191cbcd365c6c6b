// Walking the tree of values and leaving out what is declared.
#include "plugins/vars/orphans.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "plugins/vars/store/disk.hpp"

namespace fleetd::vars {

namespace {

namespace fs = std::filesystem;
using fleet::Value;

class Walk {
 public:
  Walk(const Request& request, const std::set<std::string>& unsure) : request_(request), unsure_(unsure) {}

  // What is not declared, generators as a whole where all of one is not.
  fleet::Result<std::vector<Orphan>> run() {
    for (const char* kind : {"per-machine", "per-export"}) {
      FLEET_TRY_ASSIGN(const auto owners, directoriesIn(std::string("vars/") + kind));
      for (const auto& owner : owners) FLEET_TRY(generators(std::string(kind) + "/" + owner));
    }
    FLEET_TRY(generators("shared"));
    if (request_.store.kind() != StoreKind::Sops) {
      FLEET_TRY_ASSIGN(const auto secrets, request_.store.secrets());
      const std::string top = request_.store.locationOf("");
      for (const auto& one : secrets) add(top, one.place, one.file, true);
    }
    std::vector<Orphan> out;
    for (auto& [path, orphan] : found_) out.push_back(std::move(orphan));
    return out;
  }

 private:
  fleet::Result<std::vector<std::string>> directoriesIn(const std::string& path) const {
    return disk::directoriesIn(request_.fleet + "/" + path);
  }

  // Directories without anything in them are orphans, too.
  fleet::Result<void> generators(const std::string& above) {
    FLEET_TRY_ASSIGN(const auto names, directoriesIn("vars/" + above));
    const bool isHere = request_.store.kind() == StoreKind::Sops;
    for (const auto& name : names) {
      const std::string place = above + "/" + name;
      add("vars/", place, "", false);
      FLEET_TRY_ASSIGN(const auto files, directoriesIn("vars/" + place));
      const auto declared = request_.declarations.find(place);
      std::error_code code;
      for (const auto& file : files) {
        if (declared != request_.declarations.end() && declared->second.store.empty() &&
            declared->second.files.contains(file))
          continue;
        const std::string secret = request_.fleet + "/vars/" + place + "/" + file + "/secret";
        add("vars/", place, file, isHere && fs::is_regular_file(fs::symlink_status(secret, code)));
      }
    }
    return {};
  }

  void add(const std::string& top, const std::string& generator, const std::string& file, bool secret) {
    const auto declared = request_.declarations.find(generator);
    // What a plugin keeps is not read from here any more.
    const bool isKnown = declared != request_.declarations.end() && declared->second.store.empty();
    if (isKnown && (file.empty() || declared->second.files.contains(file))) return;
    constexpr std::string_view kOwn = "per-machine/";
    std::string machine;
    if (generator.starts_with(kOwn))
      machine = generator.substr(kOwn.size(), generator.find('/', kOwn.size()) - kOwn.size());
    const std::string place = isKnown ? generator + "/" + file : generator;
    Orphan& one = found_[top + place];
    const bool sure = machine.empty() ? unsure_.empty() : !unsure_.contains(machine);
    one = {top + place, place, machine, one.secret || secret, sure};
  }

  const Request& request_;
  const std::set<std::string>& unsure_;
  std::map<std::string, Orphan> found_;  // by path
};

fleet::Attrs describe(const Orphan& orphan) {
  return {{"machine", orphan.machine.empty() ? Value() : Value(orphan.machine)},
          {"path", orphan.path},
          {"secret", orphan.secret},
          {"sure", orphan.sure}};
}

bool isKnown(const Value& generators) {
  const auto* set = generators.get<fleet::Attrs>();
  if (!set) return false;
  return std::all_of(set->begin(), set->end(), [](const fleet::Attr& generator) {
    if (!generator.value.get<fleet::Attrs>()) return false;
    const Value* files = generator.value.find("files");
    const Value* share = generator.value.find("share");
    return (!files || files->get<fleet::Attrs>()) && (!share || share->isNil() || share->get<bool>());
  });
}

}  // namespace

std::set<std::string> unsureMachines(const Value& value) {
  std::set<std::string> out;
  const Value* incomplete = value.find("incomplete");
  if (const auto* list = incomplete ? incomplete->get<fleet::List>() : nullptr)
    for (const auto& item : *list)
      if (const auto* name = item.get<std::string>()) out.insert(*name);
  const Value* machines = value.find("machines");
  if (const auto* all = machines ? machines->get<fleet::Attrs>() : nullptr)
    for (const auto& [name, generators] : *all)
      if (!isKnown(generators)) out.insert(name);
  return out;
}

fleet::Result<std::vector<Orphan>> orphansOf(const Request& request, const std::set<std::string>& unsure) {
  return Walk(request, unsure).run();
}

fleet::Result<Value> orphans(const Request& request, const Value& value) {
  FLEET_TRY_ASSIGN(const auto found, orphansOf(request, unsureMachines(value)));
  fleet::List list;
  for (const auto& one : found) list.push_back(describe(one));
  Answer answer;
  answer.set("orphans", std::move(list));
  return answer.value();
}

fleet::Result<Value> prune(Request& request, const Value& value) {
  std::set<std::string> wanted;
  const Value* paths = value.find("paths");
  if (const auto* list = paths ? paths->get<fleet::List>() : nullptr)
    for (const auto& item : *list)
      if (const auto* path = item.get<std::string>()) wanted.insert(*path);
  FLEET_TRY_ASSIGN(const auto found, orphansOf(request, unsureMachines(value)));
  const Value* flag = value.find("named");  // by somebody who knows better
  const bool named = flag && flag->get<bool>() && *flag->get<bool>();
  constexpr const char* kMessage = "vars: remove what nothing declares";
  Answer answer;
  request.store.begin();
  std::int64_t removed = 0;
  for (const auto& one : found) {
    if (!wanted.contains(one.path) || (!one.sure && !named)) continue;
    if (one.path.starts_with("vars/") || one.path.starts_with("secrets/")) {
      FLEET_TRY(request.store.removeFile(one.path));
    } else {
      FLEET_TRY_ASSIGN(const auto all, request.store.secrets());
      for (const auto& secret : all)
        if (secret.place == one.place || secret.place + "/" + secret.file == one.place)
          FLEET_TRY(request.store.removeSecret(secret.place, secret.file));
    }
    answer.add("removed " + one.path);
    ++removed;
  }
  FLEET_TRY(request.store.commit(kMessage));
  answer.set("removed", removed);
  answer.commit(kMessage, request.store.takeTouched());
  return answer.value();
}

}  // namespace fleetd::vars
