// Changing the inventory, and taking a change back.
#include "kernel/cli/inventory_change.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "kernel/base/diagnostic_print.hpp"
#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/git_commit.hpp"
#include "kernel/cli/open_plugins.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
namespace fs = std::filesystem;

std::string parentOf(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

bool exists(const std::string& path) { return base::fileType(path) != base::FileType::Missing; }

Error failed(const std::string& path, const std::error_code& why) {
  return Error{Code::FL0003, fmt::format("{}: {}", path, why.message()), "nothing was changed", {}};
}

}  // namespace

InventoryChange::InventoryChange(Context& cx, fleet::InventoryOrigins origins, fleet::InventoryFile file)
    : cx_(cx), origins_(std::move(origins)), file_(std::move(file)), edit_(origins_, file_) {}

InventoryChange::~InventoryChange() { undo(); }

Result<std::unique_ptr<InventoryChange>> InventoryChange::open(Context& cx) {
  FLEETD_TRY_ASSIGN(fleet::Fleet* const fleet, cx.openFleet());
  auto origins = fleet::readOrigins(*fleet);
  if (origins.directory.empty())
    return Error{Code::FL0619,
                 "the fleet has no inventory that could be changed",
                 "its hosts are defined in Nix or in fleet.json: change them there",
                 {}};
  FLEETD_TRY_ASSIGN(auto file, fleet::InventoryFile::read(origins.file()));
  return std::unique_ptr<InventoryChange>(new InventoryChange(cx, std::move(origins), std::move(file)));
}

const std::vector<std::string>& InventoryChange::machines() const {
  return cx_.workspace().services().inventory().machines;
}

bool InventoryChange::hasMachine(const std::string& name) const {
  return std::binary_search(machines().begin(), machines().end(), name);
}

Result<void> InventoryChange::needMachine(const std::string& name) const {
  if (hasMachine(name)) return {};
  for (const fleet::Host& host : cx_.workspace().fleet().hosts())
    if (host.name == name)
      return Error{Code::FL0619, fmt::format("{} is not in the inventory: it is defined in {}", name, host.origin),
                   "change it there", host.place};
  std::string hint = suggestion(name, {machines().begin(), machines().end()});
  if (hint.empty()) hint = "`fleetd machines list` lists them";
  return Error{Code::FL0616, fmt::format("the inventory has no machine {}", shownWord(name)), std::move(hint), {}};
}

void InventoryChange::touch(const std::string& path) {
  const std::string whole = directory() + "/" + path;
  const std::string& root = cx_.root();
  touched_.push_back(whole.starts_with(root + "/") ? whole.substr(root.size() + 1) : whole);
}

Result<void> InventoryChange::rename(const std::string& from, const std::string& to) {
  FLEETD_TRY(base::makeDirs(parentOf(to)));
  std::error_code why;
  fs::rename(from, to, why);
  if (why) return failed(from, why);
  undo_.emplace_back([from, to] {
    std::error_code ignored;
    fs::rename(to, from, ignored);
  });
  return {};
}

Result<void> InventoryChange::create(const std::string& path, const std::string& bytes) {
  const std::string whole = directory() + "/" + path;
  if (exists(whole)) return Error{Code::FL0615, fmt::format("{} is there already", path), "", {}};
  std::string made = parentOf(whole);
  while (!exists(parentOf(made)) && made != directory()) made = parentOf(made);
  const bool newDirectory = !exists(made);
  FLEETD_TRY(base::makeDirs(parentOf(whole)));
  FLEETD_TRY(base::writeFileAtomic(whole, bytes));
  undo_.emplace_back([what = newDirectory ? made : whole] { static_cast<void>(base::removeTree(what)); });
  touch(path);
  return {};
}

Result<void> InventoryChange::move(const std::string& from, const std::string& to) {
  if (exists(directory() + "/" + to)) return Error{Code::FL0615, fmt::format("{} is there already", to), "", {}};
  FLEETD_TRY(rename(directory() + "/" + from, directory() + "/" + to));
  touch(from);
  touch(to);
  return {};
}

Result<void> InventoryChange::remove(const std::string& path) {
  if (trash_.empty()) {
    // Beside the fleet's files, so that moving there is one step, and out of sight of everything that reads them.
    const std::string trash = directory() + "/.fleetd-removed";
    if (exists(trash))
      return Error{Code::FL0615,
                   ".fleetd-removed holds files of a change that was interrupted",
                   "put them back, or remove the directory",
                   {}};
    trash_ = trash;
  }
  FLEETD_TRY(rename(directory() + "/" + path, fmt::format("{}/{}", trash_, removed_++)));
  touch(path);
  return {};
}

Result<void> InventoryChange::link(const std::string& path, const std::string& target) {
  const std::string whole = directory() + "/" + path;
  std::error_code why;
  fs::create_symlink(target, whole, why);
  if (why) return failed(path, why);
  undo_.emplace_back([whole] { static_cast<void>(base::removeTree(whole)); });
  touch(path);
  return {};
}

void InventoryChange::undo() {
  for (auto step = undo_.rbegin(); step != undo_.rend(); ++step) (*step)();
  undo_.clear();
  if (!trash_.empty()) static_cast<void>(base::removeTree(trash_));
}

Result<void> InventoryChange::apply(const std::vector<std::string>& instances) {
  if (file_.changed()) {
    // Somebody else may have changed it since it was read.
    FLEETD_TRY_ASSIGN(const auto now, fleet::InventoryFile::read(file_.path()));
    if (now.before() != file_.before())
      return Error{
          Code::FL0617, "inventory.json was changed by somebody else at the same time", "run the command again", {}};
    FLEETD_TRY(file_.write());
    undo_.emplace_back([this] { static_cast<void>(file_.restore()); });
    touch("inventory.json");
  }
  if (auto fine = look(instances); !fine) {
    undo();
    touched_.clear();
    return fine;
  }
  undo_.clear();
  if (!trash_.empty()) static_cast<void>(base::removeTree(trash_));
  return {};
}

Result<void> InventoryChange::look(const std::vector<std::string>& instances) {
  std::set<std::string> known;
  for (const Diagnostic& d : cx_.diagnostics.sorted()) known.insert(d.message);
  FLEETD_TRY_ASSIGN(plugin::Isolation isolation, pluginIsolation(cx_));
  auto opened = render::Workspace::open(
      {cx_.root(), pluginPaths(cx_.root()), pluginLog(cx_), pluginTrust(), std::move(isolation)}, sources_, symbols_,
      diagnostics_);
  if (!opened)
    diagnostics_.add(opened.error());
  else
    after_ = *std::move(opened);
  if (after_) {
    lang::Evaluator& ev = after_->fleet().evaluator();
    for (const auto& instance : after_->services().inventory().instances) {
      if (std::find(instances.begin(), instances.end(), instance.name) == instances.end()) continue;
      for (const auto& [name, role] : instance.roles)
        for (const auto& [machine, settings] : role.machines)
          if (const auto forced = ev.forceDeep(settings); forced.isError())
            diagnostics_.add(ev.diagnostic(*forced.error));
    }
  }
  std::string errors;
  for (const Diagnostic& d : diagnostics_.sorted()) {
    if (d.severity == base::Severity::Note || !known.insert(d.message).second) continue;
    if (d.severity == base::Severity::Warning) {
      Diagnostic warning = d;
      warning.span = {};  // of another reading of the files
      cx_.diagnostics.add(std::move(warning));
      continue;
    }
    errors += fmt::format("\n  {}", d.message);
    if (const auto place = sources_.describe(d.span.begin); !place.empty())
      errors += fmt::format("\n    at {}", base::shownPath(place, cx_.root()));
    for (const auto& note : d.notes) errors += fmt::format("\n    {}", note);
  }
  if (errors.empty()) return {};
  return Error{Code::FL0617, "the change was taken back, because the fleet would have new errors:" + errors, "", {}};
}

void InventoryChange::commit(const std::string& message) {
  std::sort(touched_.begin(), touched_.end());
  touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
  if (const auto done = gitCommit(cx_.root(), touched_, message, !cx_.args.has("--no-commit")); !done)
    cx_.diagnostics.add(done.error());
}

}  // namespace fleetd::cli
