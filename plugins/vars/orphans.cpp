// Walking the tree of values and leaving out what is declared.
#include "plugins/vars/orphans.hpp"

#include <algorithm>
#include <filesystem>

#include "plugins/vars/store/disk.hpp"

namespace fleetd::vars {

namespace {

namespace fs = std::filesystem;
using fleet::Value;

class Walk {
 public:
  Walk(const Request& request, const std::string& fleet, const std::set<std::string>& unsure)
      : request_(request), fleet_(fleet), unsure_(unsure) {}

  fleet::Result<std::vector<Orphan>> run() {
    FLEET_TRY_ASSIGN(const auto machines, directoriesIn("vars/per-machine"));
    for (const auto& machine : machines) FLEET_TRY(generators("per-machine/" + machine, machine));
    FLEET_TRY(generators("shared", ""));
    std::sort(out_.begin(), out_.end(), [](const Orphan& a, const Orphan& b) { return a.path < b.path; });
    return std::move(out_);
  }

 private:
  fleet::Result<std::vector<std::string>> directoriesIn(const std::string& path) const {
    std::vector<std::string> out;
    FLEET_TRY_ASSIGN(const auto names, disk::namesIn(fleet_ + "/" + path));
    std::error_code code;
    for (const auto& name : names)
      if (!name.starts_with('.') && fs::is_directory(fs::symlink_status(fleet_ + "/" + path + "/" + name, code)))
        out.push_back(name);
    return out;
  }

  bool has(const std::string& path, const char* name) const {
    std::error_code code;
    return fs::is_regular_file(fs::symlink_status(fleet_ + "/" + path + "/" + name, code));
  }

  void add(std::string path, const std::string& machine, bool secret) {
    const bool sure = machine.empty() ? unsure_.empty() : !unsure_.contains(machine);
    out_.push_back({std::move(path), machine, secret, sure});
  }

  fleet::Result<void> generators(const std::string& above, const std::string& machine) {
    FLEET_TRY_ASSIGN(const auto names, directoriesIn("vars/" + above));
    for (const auto& name : names) {
      const std::string path = "vars/" + above + "/" + name;
      const auto declared = request_.declarations.find(above + "/" + name);
      FLEET_TRY_ASSIGN(const auto files, directoriesIn(path));
      bool secret = false;
      for (const auto& file : files) {
        const bool isSecret = has(path + "/" + file, "secret");
        secret = secret || isSecret;
        if (declared != request_.declarations.end() && !declared->second.files.contains(file))
          add(path + "/" + file, machine, isSecret);
      }
      if (declared == request_.declarations.end()) add(path, machine, secret);
    }
    return {};
  }

  const Request& request_;
  const std::string& fleet_;
  const std::set<std::string>& unsure_;
  std::vector<Orphan> out_;
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
  return Walk(request, request.fleet, unsure).run();
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
    FLEET_TRY(request.store.removeFile(one.path));
    answer.add("removed " + one.path);
    ++removed;
  }
  FLEET_TRY(request.store.commit(kMessage));
  answer.set("removed", removed);
  answer.commit(kMessage, request.store.takeTouched());
  return answer.value();
}

}  // namespace fleetd::vars
