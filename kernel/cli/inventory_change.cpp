// Changing the inventory, and taking a change back.
#include "kernel/cli/inventory_change.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "kernel/base/diagnostic_print.hpp"
#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/git_commit.hpp"
#include "kernel/cli/locate.hpp"
#include "kernel/cli/open_plugins.hpp"
#include "kernel/fleet/intrinsics.hpp"
#include "kernel/process/crash.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

// A change that was interrupted: taken back, or committed when it was complete; then its message.
Result<std::string> recover(Context& cx, const std::string& root) {
  ChangeJournal journal(root);
  FLEETD_TRY_ASSIGN(const auto left, journal.left());
  if (!left) return std::string();
  Diagnostic d;
  d.code = Code::FL0629;
  d.severity = base::info(d.code).severity;
  if (left->complete) {
    FLEETD_TRY(gitCommit(root, left->touched, left->message, !cx.args.has("--no-commit")));
    journal.forget();
    d.message = fmt::format("an interrupted change was brought to its end: {}", left->message);
  } else {
    FLEETD_TRY(journal.rollBack());
    d.message = "an interrupted change was taken back before this one";
  }
  cx.diagnostics.add(std::move(d));
  return left->message;
}

}  // namespace

Error noInventory() {
  return {Code::FL0619,
          "the fleet has no inventory that could be changed",
          "its hosts are defined in Nix or in fleet.json: change them there",
          {}};
}

InventoryChange::InventoryChange(Context& cx, fleet::InventoryOrigins origins, fleet::InventoryFile file)
    : cx_(cx),
      origins_(std::move(origins)),
      file_(std::move(file)),
      edit_(origins_, file_),
      prefix_(origins_.directory.starts_with(cx.root() + "/") ? origins_.directory.substr(cx.root().size() + 1) + "/"
                                                              : ""),
      journal_(prefix_.empty() ? origins_.directory : cx.root()) {}

InventoryChange::~InventoryChange() {
  if (applied_)
    journal_.forget();
  else
    undo();
}

Result<std::unique_ptr<InventoryChange>> InventoryChange::open(Context& cx) {
  // An interrupted change is seen to first: the fleet is then read as it was before, or as it is to be.
  FLEETD_TRY_ASSIGN(const std::string root, locateFleet(cx.args.value("--fleet"), cx.args.has("--fleet")));
  FLEETD_TRY_ASSIGN(auto lock, lockChanges(root));
  FLEETD_TRY_ASSIGN(std::string finished, recover(cx, root));
  FLEETD_TRY_ASSIGN(fleet::Fleet* const fleet, cx.openFleet());
  auto origins = fleet::readOrigins(*fleet);
  if (origins.directory.empty()) return noInventory();
  if (fleet->intrinsics().inventory.faulty())
    return Error{
        Code::FL0613, "inventory.json has mistakes, so nothing was changed", "mend them in the file first", {}};
  FLEETD_TRY_ASSIGN(auto file, fleet::InventoryFile::read(origins.file()));
  std::unique_ptr<InventoryChange> out(new InventoryChange(cx, std::move(origins), std::move(file)));
  out->finished_ = std::move(finished);
  out->lock_ = std::move(lock);
  return out;
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

Result<void> InventoryChange::create(const std::string& path, const std::string& bytes) {
  FLEETD_TRY(journal_.create(prefix_ + path, bytes));
  touch(path);
  return {};
}

Result<void> InventoryChange::move(const std::string& from, const std::string& to) {
  FLEETD_TRY(journal_.rename(prefix_ + from, prefix_ + to));
  touch(from);
  touch(to);
  return {};
}

Result<void> InventoryChange::remove(const std::string& path) {
  FLEETD_TRY(journal_.remove(prefix_ + path));
  touch(path);
  return {};
}

Result<void> InventoryChange::link(const std::string& path, const std::string& target) {
  FLEETD_TRY(journal_.link(prefix_ + path, target));
  touch(path);
  return {};
}

void InventoryChange::undo() {
  if (journal_.empty()) return;
  if (const auto done = journal_.rollBack(); !done) cx_.diagnostics.add(done.error());
}

Result<void> InventoryChange::apply(const std::vector<std::string>& instances) {
  if (file_.changed()) {
    // Somebody else may have changed it since it was read.
    FLEETD_TRY_ASSIGN(const auto now, fleet::InventoryFile::read(file_.path()));
    if (now.before() != file_.before())
      return Error{
          Code::FL0617, "inventory.json was changed by somebody else at the same time", "run the command again", {}};
    FLEETD_TRY(journal_.replace(prefix_ + "inventory.json", file_.text()));
    touch("inventory.json");
  }
  if (auto fine = look(instances); !fine) {
    undo();
    touched_.clear();
    return fine;
  }
  std::sort(touched_.begin(), touched_.end());
  touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
  if (auto done = journal_.complete(message_, touched_); !done) {
    undo();
    touched_.clear();
    return done;
  }
  applied_ = true;
  return {};
}

Result<void> InventoryChange::look(const std::vector<std::string>& instances) {
  std::set<std::string> known;
  for (const Diagnostic& d : cx_.diagnostics.sorted()) known.insert(d.message);
  FLEETD_TRY_ASSIGN(plugin::Isolation isolation, pluginIsolation(cx_));
  // What was written so far is taken back by the command that is started again.
  const process::Repeatable repeatable(isolation.who != plugin::Isolate::none);
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

void InventoryChange::commit() {
  if (const auto done = gitCommit(cx_.root(), touched_, message_, !cx_.args.has("--no-commit")); !done)
    cx_.diagnostics.add(done.error());
}

}  // namespace fleetd::cli
