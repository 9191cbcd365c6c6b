// Steps of a change as files, each written to the disk before the step is done.
#include "kernel/cli/change_journal.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/json.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using base::Json;
namespace fs = std::filesystem;

constexpr const char* kPlace = ".fleetd-change";
constexpr const char* kComplete = "complete";

bool exists(const std::string& path) { return base::fileType(path) != base::FileType::Missing; }

std::string parentOf(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

Error failed(const std::string& path, const std::error_code& why) {
  return Error{Code::FL0003, fmt::format("{}: {}", path, why.message()), "nothing was changed", {}};
}

std::vector<std::string> wordsOf(const Json* list) {
  std::vector<std::string> out;
  if (list && list->asArray())
    for (const Json& one : *list->asArray()) out.push_back(one.asString() ? *one.asString() : std::string());
  return out;
}

Json toJson(const std::vector<std::string>& words) {
  Json::Array out;
  for (const auto& word : words) out.emplace_back(word);
  return Json(std::move(out));
}

// What base::writeFileAtomic had not renamed yet.
void removeTemporaries(const std::string& directory) {
  const auto entries = base::listDir(directory);
  if (!entries) return;
  for (const auto& entry : *entries)
    if (entry.type == base::FileType::Regular && entry.name.starts_with(".fleetd-") && entry.name.ends_with(".tmp"))
      static_cast<void>(base::removeTree(directory + "/" + entry.name));
}

Result<void> renamed(const std::string& from, const std::string& to) {
  std::error_code why;
  fs::rename(from, to, why);
  if (why) return failed(from, why);
  return {};
}

}  // namespace

Result<base::UniqueFd> lockChanges(const std::string& directory) {
  base::UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // File systems without locks do without.
  if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return fd;
  return Error{Code::FL0617, "another command is changing this fleet", "run it again when the other one is done", {}};
}

ChangeJournal::ChangeJournal(std::string directory) : directory_(std::move(directory)) {}

std::string ChangeJournal::place() const { return at(kPlace); }

Result<std::optional<ChangeJournal::Left>> ChangeJournal::left() const {
  if (!exists(place())) return std::optional<Left>();
  Left out;
  const std::string file = place() + "/" + kComplete;
  if (!exists(file)) return std::optional<Left>(out);
  FLEETD_TRY_ASSIGN(const std::string text, base::readFile(file));
  FLEETD_TRY_ASSIGN(const Json json, base::parseJson(text));
  out.complete = true;
  if (const Json* message = json.find("message"); message && message->asString()) out.message = *message->asString();
  out.touched = wordsOf(json.find("touched"));
  return std::optional<Left>(std::move(out));
}

Result<void> ChangeJournal::note(const std::vector<std::string>& words) {
  FLEETD_TRY(base::makeDirs(place(), 0700));
  return base::writeFileAtomic(fmt::format("{}/{:06}.step", place(), steps_++), base::toJsonText(toJson(words)), 0600);
}

Result<void> ChangeJournal::takeBack(const std::vector<std::string>& words) {
  if (words.size() < 2) return {};
  const std::string& kind = words[0];
  const std::string path = at(words[1]);
  // A write that was interrupted leaves its temporary file.
  if (kind == "create" || kind == "replace") removeTemporaries(parentOf(path));
  if (kind == "create") return exists(path) ? base::removeTree(path) : Result<void>();
  if (kind == "link") return base::fileType(path) == base::FileType::Symlink ? base::removeTree(path) : Result<void>();
  if (words.size() < 3) return {};
  if (kind == "replace") {
    if (words[2].empty()) return base::removeTree(path);
    FLEETD_TRY_ASSIGN(const std::string before, base::readFile(place() + "/" + words[2]));
    return base::writeFileAtomic(path, before);
  }
  // A rename that was noted and not done leaves nothing to do.
  if (kind == "rename" && exists(at(words[2])) && !exists(path)) return renamed(at(words[2]), path);
  return {};
}

Result<void> ChangeJournal::rollBack() {
  if (!exists(place())) return {};
  FLEETD_TRY_ASSIGN(auto entries, base::listDir(place()));
  std::reverse(entries.begin(), entries.end());
  for (const auto& entry : entries) {
    if (!entry.name.ends_with(".step")) continue;
    const std::string file = place() + "/" + entry.name;
    FLEETD_TRY_ASSIGN(const std::string text, base::readFile(file));
    FLEETD_TRY_ASSIGN(const Json words, base::parseJson(text));
    FLEETD_TRY(takeBack(wordsOf(&words)));
    FLEETD_TRY(base::removeTree(file));
  }
  forget();
  return {};
}

void ChangeJournal::forget() {
  // Half of a journal must not look like one: it goes out of sight in one step.
  const std::string gone = place() + "-gone";
  static_cast<void>(base::removeTree(gone));
  if (exists(place()) && renamed(place(), gone)) static_cast<void>(base::removeTree(gone));
  steps_ = 0;
}

Result<void> ChangeJournal::create(const std::string& path, const std::string& bytes) {
  const std::string whole = at(path);
  if (exists(whole)) return Error{Code::FL0615, fmt::format("{} is there already", path), "", {}};
  std::string first = path;
  while (first.find('/') != std::string::npos && !exists(parentOf(at(first)))) first = parentOf(first);
  FLEETD_TRY(note({"create", first}));
  FLEETD_TRY(base::makeDirs(parentOf(whole)));
  return base::writeFileAtomic(whole, bytes);
}

Result<void> ChangeJournal::replace(const std::string& path, const std::string& bytes) {
  std::string kept;
  if (exists(at(path))) {
    FLEETD_TRY_ASSIGN(const std::string before, base::readFile(at(path)));
    FLEETD_TRY(base::makeDirs(place(), 0700));
    kept = fmt::format("{:06}.before", steps_);
    FLEETD_TRY(base::writeFileAtomic(place() + "/" + kept, before, 0600));
  }
  FLEETD_TRY(note({"replace", path, kept}));
  return base::writeFileAtomic(at(path), bytes);
}

Result<void> ChangeJournal::rename(const std::string& from, const std::string& to) {
  if (exists(at(to))) return Error{Code::FL0615, fmt::format("{} is there already", to), "", {}};
  FLEETD_TRY(note({"rename", from, to}));
  FLEETD_TRY(base::makeDirs(parentOf(at(to))));
  return renamed(at(from), at(to));
}

Result<void> ChangeJournal::link(const std::string& path, const std::string& target) {
  FLEETD_TRY(note({"link", path}));
  std::error_code why;
  FLEETD_TRY(base::makeDirs(parentOf(at(path))));
  fs::create_symlink(target, at(path), why);
  if (why) return failed(path, why);
  return {};
}

Result<void> ChangeJournal::remove(const std::string& path) {
  return rename(path, fmt::format("{}/{:06}.removed", kPlace, steps_));
}

Result<void> ChangeJournal::complete(const std::string& message, const std::vector<std::string>& touched) {
  if (empty()) return {};
  const Json json(Json::Object{{"message", Json(message)}, {"touched", toJson(touched)}});
  return base::writeFileAtomic(place() + "/" + kComplete, base::toJsonText(json), 0600);
}

}  // namespace fleetd::cli
