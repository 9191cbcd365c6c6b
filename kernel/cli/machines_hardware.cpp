// `fleetd machines hardware`: what a machine is, written into the repository. Of a machine that runs Linux a report of
// nixos-facter; of a Mac what nix-darwin would stumble over.
#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/git_commit.hpp"
#include "kernel/cli/install_target.hpp"
#include "kernel/cli/mac_wanted.hpp"
#include "kernel/cli/machines.hpp"
#include "kernel/cli/operations.hpp"
#include "kernel/render/mac_facts.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

// Why it cannot be made is said by us, not by whichever program is missing.
constexpr char kReport[] =
    "PATH=$PATH:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin; "
    "refuse() { echo \"$*\" >&2; exit 1; }; "
    "[ \"$(uname -s)\" = Linux ] || refuse \"it runs $(uname -s)\"; "
    "[ \"$(id -u)\" = 0 ] || refuse \"$(id -un) is not root there\"; "
    "if command -v nixos-facter >/dev/null 2>&1; then exec nixos-facter; fi; "
    "command -v nix >/dev/null 2>&1 || refuse 'neither nixos-facter nor nix is installed there'; "
    "exec nix --extra-experimental-features 'nix-command flakes' run nixpkgs#nixos-facter";

Result<std::string> reportOf(Operation& operation, const Meant& one) {
  deploy::Ssh::Call call;
  call.command = kReport;
  call.timeout = std::chrono::minutes(10);
  FLEETD_TRY_ASSIGN(auto said, operation.ssh->run((**one.reach).address, call));
  if (!said.status.success())
    return Error{Code::FL0842,
                 fmt::format("nixos-facter failed on {}: {}", one.host->name, base::sanitize(base::trim(said.errors))),
                 "it must run as root, on Linux; the installer of NixOS has what it takes",
                 {}};
  FLEETD_TRY(deploy::readHardware(said.output));
  return std::move(said.output);
}

// The report is right and is written; what is wrong is the configuration, or the address.
void warnOfMisfits(Context& cx, const fleet::Host& host, const std::string& text) {
  const auto hardware = deploy::readHardware(text);
  if (!hardware) return;
  const auto composed = cx.compose(host);
  const auto why = deploy::misfits(*hardware, wantedHardware(cx, host, *composed));
  if (why.empty()) return;
  Diagnostic d = Diagnostic::from({Code::FL0842,
                                   fmt::format("{} does not fit this report: {}", host.name, base::join(why, "; ")),
                                   "it could not be installed like this; is it the right machine?",
                                   {}});
  d.severity = base::Severity::Warning;
  d.host = host.name;
  cx.diagnostics.add(std::move(d));
}

Result<std::string> contentOf(const std::string& path) {
  return base::fileType(path) == base::FileType::Missing ? Result<std::string>(std::string()) : base::readFile(path);
}

// Into the inventory: the old file comes back when the fleet has errors with the new one. True: it changed.
Result<bool> intoInventory(Context& cx, const std::string& path, const std::string& text, const std::string& message) {
  FLEETD_TRY_ASSIGN(auto change, InventoryChange::open(cx));
  const std::string full = change->directory() + "/" + path;
  FLEETD_TRY_ASSIGN(const auto old, contentOf(full));
  if (old == text) return false;
  if (base::fileType(full) != base::FileType::Missing) FLEETD_TRY(change->remove(path));
  FLEETD_TRY(change->create(path, text));
  change->describe(message);
  FLEETD_TRY(change->apply());
  change->commit();
  return true;
}

// Into a fleet that has no inventory.
Result<bool> intoFleet(Context& cx, const std::string& path, const std::string& text, const std::string& message) {
  const std::string full = cx.root() + "/" + path;
  FLEETD_TRY_ASSIGN(const auto old, contentOf(full));
  if (old == text) return false;
  FLEETD_TRY(base::makeDirs(full.substr(0, full.rfind('/'))));
  FLEETD_TRY(base::writeFileAtomic(full, text));
  FLEETD_TRY(gitCommit(cx.root(), {path}, message, !cx.args.has("--no-commit")));
  return true;
}

}  // namespace

int machineHardware(Context& cx) {
  const std::string name(cx.args.positional(1));
  auto operation = beginOperation(cx, Reaching::Yes, {name});
  if (!operation) return cx.fail(operation.error());
  if (operation->meant.size() != 1 || operation->meant.front().host->klass == "home")
    return cx.fail({Code::FL0842, fmt::format("{} is no machine", name), "homes have no hardware", {}});
  const Meant& one = operation->meant.front();
  if (!*one.reach) return cx.fail(one.reach->error());
  const bool mac = one.host->klass == "darwin";
  std::string path = fmt::format("machines/{}/facter.json", name), text;
  std::vector<std::string> left;
  if (mac) {
    path = render::macFactsFile(name);
    const auto state = deploy::macState(*operation->ssh, (**one.reach).address);
    if (!state) return cx.fail(state.error());
    text = render::macFactsText(deploy::factsOf(*state));
    auto wanted = macWanted(cx, *one.host);
    if (!wanted) wanted = deploy::MacWanted();  // what is there cannot be read, and is written anew
    // What is recorded now is no obstacle any more, unless the configuration itself says otherwise.
    left = deploy::obstacles(*state, *wanted);
    std::erase_if(left, [](const std::string& why) { return why.find("nixbld") != std::string::npos; });
  } else {
    auto report = reportOf(*operation, one);
    if (!report) return cx.fail(report.error());
    text = *std::move(report);
  }
  const std::string message = fmt::format("{}: hardware report of {}", path, name);
  auto changed = intoInventory(cx, path, text, message);
  if (!changed && mac && changed.error().code == Code::FL0619) changed = intoFleet(cx, path, text, message);
  if (!changed) return cx.fail(changed.error());
  if (!cx.quiet()) cx.out.message(fmt::format("{} {}\n", path, *changed ? "was written" : "is up to date"));
  if (!mac) warnOfMisfits(cx, *one.host, text);
  if (!left.empty())
    return cx.fail({Code::FL0848, fmt::format("{} is not ready: {}", name, base::join(left, "; ")), "", {}});
  return cx.finish();
}

}  // namespace fleetd::cli
