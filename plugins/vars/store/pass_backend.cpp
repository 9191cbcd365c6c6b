// Running pass and passage. Values go through pipes.
#include "plugins/vars/store/pass_backend.hpp"

#include <algorithm>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

#include "plugins/vars/age/age.hpp"
#include "plugins/vars/script/child.hpp"
#include "plugins/vars/script/programs.hpp"
#include "plugins/vars/store/disk.hpp"
#include "plugins/vars/store/pass_record.hpp"

namespace fleetd::vars {

namespace {

constexpr std::string_view kEntries = "clan-vars/", kNew = "clan-vars/.new/";
constexpr std::chrono::minutes kPatience(10);  // somebody may be asked for a passphrase

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string storeDirectory(const std::string& command) {
  const bool pass = command == "pass";
  const std::string given = variable(pass ? "PASSWORD_STORE_DIR" : "PASSAGE_DIR");
  return !given.empty() ? given : variable("HOME") + (pass ? "/.password-store" : "/.passage/store");
}

std::string printable(const std::string& text) {
  std::string out;
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string idOf(const StoredSecret& which) { return which.place + "/" + which.file; }
std::string entryOf(const std::string& id) { return std::string(kEntries) + id; }
std::string newOf(const std::string& id) { return std::string(kNew) + id; }

}  // namespace

PassBackend::PassBackend(std::string fleet, StoreChoice choice)
    : fleet_(std::move(fleet)),
      directory_(storeDirectory(choice.passCommand)),
      command_(std::move(choice.passCommand)) {
  if (const auto steps = record())
    for (const auto& step : *steps) bound_[step.id] = step.kind;
}

bool PassBackend::hasEntry(const std::string& entry) const {
  return disk::exists(directory_ + "/" + entry + ".gpg") || disk::exists(directory_ + "/" + entry + ".age");
}

fleet::Result<SecretBytes> PassBackend::run(const std::vector<std::string>& words, const SecretBytes* input) const {
  const std::string program = programInPath(command_);
  if (program.empty())
    return age::error("VARS97", "the fleet's secrets are in a password store, and `" + command_ + "` is not in PATH",
                      "install it, or say which program is used with clan.core.vars.password-store.passCommand");
  ChildPlan plan;
  plan.words = {program};
  plan.words.insert(plan.words.end(), words.begin(), words.end());
  plan.environment = environmentForPrograms();
  plan.timeout = kPatience;
  plan.maxOutput = age::kMaxPlain;
  plan.ownGroup = false;  // it may ask on the terminal
  std::vector<SecretBytes> pieces;
  if (input) {
    FLEET_TRY_ASSIGN(auto copy, SecretBytes::copy(input->span()));
    pieces.push_back(std::move(copy));
  }
  plan.input = &pieces;
  FLEET_TRY_ASSIGN(auto end, runChild(plan));
  if (end.how == ChildEnd::How::Exit && end.number == 0) return std::move(end.output);
  const std::string said = printable(end.errors);
  std::string why = end.how == ChildEnd::How::TooLong ? "took too long"
                    : end.how == ChildEnd::How::Exit  ? "ended with " + std::to_string(end.number)
                                                      : "was ended";
  return age::error("VARS97", "`" + command_ + " " + words.front() + "` " + why + (said.empty() ? "" : ": " + said));
}

bool PassBackend::has(const std::string& place, const std::string& file) const {
  const std::string id = place + "/" + file;
  if (const auto bound = bound_.find(id); bound != bound_.end()) {
    if (bound->second == ChangeKind::Remove) return false;
    if (hasEntry(newOf(id))) return true;
  }
  return hasEntry(entryOf(id));
}

fleet::Result<SecretBytes> PassBackend::read(const std::string& place, const std::string& file) const {
  const std::string id = place + "/" + file;
  const bool isNew = bound_.contains(id) && hasEntry(newOf(id));
  auto out = run({"show", isNew ? newOf(id) : entryOf(id)});
  if (out) return out;
  fleet::Error error = std::move(out).error();
  error.message = id + ": " + error.message;
  return error;
}

fleet::Result<std::vector<StoredSecret>> PassBackend::all() const {
  std::vector<StoredSecret> out;
  const auto take = [&](const std::string& directory, const std::string& name) {
    const std::size_t end = name.size() < 4 ? name.size() : name.size() - 4;
    const bool isEntry = name.substr(end) == ".gpg" || name.substr(end) == ".age";
    if (isEntry && end > 0 && directory.size() > kEntries.size() && !directory.starts_with("clan-vars/.new"))
      out.push_back({directory.substr(kEntries.size()), name.substr(0, end)});
    return false;  // all files of a directory
  };
  FLEET_TRY(disk::directoriesWith(directory_, "clan-vars", take));
  std::sort(out.begin(), out.end());
  return out;
}

std::string PassBackend::locationOf(const std::string& place) const { return std::string(kEntries) + place; }

fleet::Result<void> PassBackend::stage(Transaction&, const StoredSecret& which, const SecretBytes& value,
                                       const Audience&) {
  const std::string id = idOf(which);
  changes_.push_back({ChangeKind::Put, id});  // first, so that half an entry is cleared away, too
  FLEET_TRY(run({"insert", "-m", "-f", newOf(id)}, &value));
  return {};
}

fleet::Result<void> PassBackend::stageRemoval(Transaction&, const StoredSecret& which) {
  changes_.push_back({ChangeKind::Remove, idOf(which)});
  return {};
}

fleet::Result<bool> PassBackend::isFor(const StoredSecret&, const Audience&) const { return true; }
bool PassBackend::hasKey(const std::string&) const { return false; }
fleet::Result<bool> PassBackend::isKeyFine(const std::string&) const { return true; }
fleet::Result<void> PassBackend::stageKey(Transaction&, const std::string&, const SecretBytes*) { return {}; }
fleet::Result<void> PassBackend::stageKeyAgain(Transaction&, const std::string&) { return {}; }

fleet::Result<SecretBytes> PassBackend::key(const std::string& machine) const {
  return age::error("VARS37", machine + " has no key: in a fleet with a password store machines get values, not keys",
                    "`fleetd vars upload` brings them there");
}

void PassBackend::unstage(std::size_t count) {
  for (; changes_.size() > count; changes_.pop_back())
    if (changes_.back().kind == ChangeKind::Put && hasEntry(newOf(changes_.back().id)))
      static_cast<void>(run({"rm", "-f", newOf(changes_.back().id)}));  // the next run clears up what stays
}

fleet::Result<void> PassBackend::beforeCommit(Transaction& change) {
  if (changes_.empty()) return {};
  change.write(kPassRecord, writePassRecord(changes_));
  return {};
}

fleet::Result<void> PassBackend::afterCommit() {
  if (changes_.empty()) return {};
  changes_.clear();  // from here on the record says what there is to do
  return perform();
}

fleet::Result<std::vector<PassStep>> PassBackend::record() const {
  const std::string path = fleet_ + "/" + kPassRecord;
  if (!disk::exists(path)) return std::vector<PassStep>();
  FLEET_TRY_ASSIGN(const auto text, disk::read(path));
  if (auto steps = readPassRecord(text)) return *std::move(steps);
  return age::error("VARS38", path + ": the record of an unfinished change is damaged",
                    "look at the entries below " + directory_ + "/clan-vars/.new, then remove it");
}

// Each step can be repeated.
fleet::Result<void> PassBackend::perform() {
  FLEET_TRY_ASSIGN(const auto steps, record());
  for (const auto& step : steps) {
    const bool put = step.kind == ChangeKind::Put;
    if (put && hasEntry(newOf(step.id))) FLEET_TRY(run({"mv", "-f", newOf(step.id), entryOf(step.id)}));
    if (!put && hasEntry(entryOf(step.id))) FLEET_TRY(run({"rm", "-f", entryOf(step.id)}));
  }
  const std::string path = fleet_ + "/" + kPassRecord;
  if (disk::exists(path) && ::unlink(path.c_str()) != 0) return disk::failed("remove", path, errno);
  bound_.clear();
  return disk::syncDirectory(fleet_ + "/vars");
}

fleet::Result<void> PassBackend::settle() {
  if (disk::exists(fleet_ + "/" + kPassRecord)) return perform();
  // What was never made binding.
  if (!disk::exists(directory_ + "/clan-vars/.new")) return {};
  bool left = false;
  FLEET_TRY(disk::directoriesWith(directory_, "clan-vars/.new", [&](const auto&, const auto&) { return left = true; }));
  if (left) FLEET_TRY(run({"rm", "-r", "-f", "clan-vars/.new"}));
  return {};
}

}  // namespace fleetd::vars
