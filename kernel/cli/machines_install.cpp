// `fleetd machines install`: a machine erased and installed by nixos-anywhere.
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/terminal.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/install_files.hpp"
#include "kernel/cli/install_progress.hpp"
#include "kernel/cli/install_target.hpp"
#include "kernel/cli/interrupt.hpp"
#include "kernel/cli/machine_keys.hpp"
#include "kernel/cli/machines.hpp"
#include "kernel/cli/operations.hpp"
#include "kernel/cli/partitioning.hpp"
#include "kernel/cli/vars_request.hpp"
#include "kernel/cli/vars_store.hpp"
#include "kernel/deploy/nix.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using base::Json;

constexpr char kInterrupted[] =
    "\nInterrupted: the phase is stopped; the same command begins it again. Once more ends it at once.\n";
constexpr std::string_view kPhases[] = {"kexec", "disko", "install", "reboot"};

Result<const Meant*> theMachine(const Operation& operation, const std::string& name) {
  if (operation.meant.size() != 1 || operation.meant.front().host->klass != "nixos")
    return Error{Code::FL0842,
                 fmt::format("{} is no NixOS machine", name),
                 "nixos-anywhere installs NixOS only; macOS is set up by hand once, then deployed to",
                 {}};
  const Meant& one = operation.meant.front();
  if (!*one.reach) return one.reach->error();
  return &one;
}

// --- what there is to check before anything is erased ---

Result<void> checkHardware(Context& cx, const fleet::Host& host, const deploy::Wanted& wanted) {
  if (cx.args.has("--skip-hardware-check")) return {};
  const std::string& inventory = cx.workspace().services().inventory().directory;
  const std::string path =
      fmt::format("{}/machines/{}/facter.json", inventory.empty() ? cx.root() : inventory, host.name);
  if (!base::isRegularFile(path))
    return Error{Code::FL0842,
                 fmt::format("there is no hardware report of {}", host.name),
                 fmt::format("fleetd machines hardware {}; or --skip-hardware-check", host.name),
                 {}};
  FLEETD_TRY_ASSIGN(const std::string text, base::readFile(path));
  FLEETD_TRY_ASSIGN(const auto hardware, deploy::readHardware(text));
  if (wanted.disks.empty())
    return Error{Code::FL0842,
                 fmt::format("{} does not say which disks it is installed on", host.name),
                 "set disko.devices.disk.<name>.device; or --skip-hardware-check",
                 {}};
  const auto why = deploy::misfits(hardware, wanted);
  if (why.empty()) return {};
  return Error{
      Code::FL0842, fmt::format("{} does not fit its hardware report: {}", host.name, base::join(why, "; ")), "", {}};
}

// All secrets must be there, and whatever cannot be asked counts as missing.
Result<void> checkSecrets(Context& cx, const fleet::Host& host) {
  sdk::Attrs request{{"fleet", cx.root()}, {"verb", "check"}};
  request.set("only", textList({host.name}));
  addDeclarations(cx, cx.workspace(), request);
  const auto answer = cx.workspace().plugins().request("vars", plugin::PluginValue(std::move(request)));
  std::string why = answer ? "" : answer.error().message;
  if (answer)
    for (const auto& problem : listOf(*answer, "problems"))
      why += (why.empty() ? "" : "; ") + textOf(problem, "message");
  if (why.empty()) return {};
  return Error{Code::FL0842,
               fmt::format("secrets of {} are not ready: {}", host.name, why),
               fmt::format("fleetd vars generate {}", host.name),
               {}};
}

Result<void> confirm(Context& cx, const std::string& name, const deploy::Address& address, const std::string& what) {
  const std::string described = what.empty() ? std::string() : fmt::format(", which {}", what);
  if (cx.args.has("--yes")) {
    if (!cx.quiet()) cx.out.message(fmt::format("{}: erasing the disks of {}{}\n", name, address.text(), described));
    return {};
  }
  if (!base::isTerminal(0))
    return Error{Code::FL0903, fmt::format("the disks of {} would be erased", address.text()), "say so with --yes", {}};
  cx.out.message(fmt::format("This erases the disks of {}{}. Type {} to go on: ", address.text(), described, name));
  std::string line;
  for (char c = 0; ::read(0, &c, 1) == 1 && c != '\n' && line.size() < 100;) line += c;
  if (base::trim(line) == name) return {};
  return Error{Code::FL0842, "nothing was done", "", {}};
}

Result<std::vector<std::string>> phasesOf(Context& cx) {
  if (!cx.args.has("--phases")) return std::vector<std::string>(std::begin(kPhases), std::end(kPhases));
  std::vector<std::string> out;
  const auto parts = base::split(cx.args.value("--phases"), ',');
  for (const auto part : parts)
    if (std::find(std::begin(kPhases), std::end(kPhases), part) == std::end(kPhases))
      return Error{Code::FL0903,
                   fmt::format("`{}` is no phase", shownWord(part)),
                   "phases are kexec, disko, install and reboot",
                   {}};
  // One has to follow the other, whatever the order in which they were given.
  for (const std::string_view phase : kPhases)
    if (std::find(parts.begin(), parts.end(), phase) != parts.end()) out.emplace_back(phase);
  return out;
}

// Before anything is built, and long before nixos-anywhere would stumble.
Result<void> checkInstallWords(Context& cx) {
  constexpr std::string_view kWhere[] = {"auto", "local", "remote"};
  if (cx.args.has("--build-on") &&
      std::find(std::begin(kWhere), std::end(kWhere), cx.args.value("--build-on")) == std::end(kWhere))
    return Error{Code::FL0903,
                 fmt::format("--build-on is auto, local or remote, not `{}`", shownWord(cx.args.value("--build-on"))),
                 "",
                 {}};
  if (cx.args.has("--identity")) FLEETD_TRY(base::readFile(std::string(cx.args.value("--identity")), 1 << 20));
  if (!process::findProgram("nixos-anywhere"))
    return Error{Code::FL0008, "`nixos-anywhere` was not found", "nix shell nixpkgs#nixos-anywhere", {}};
  return {};
}

// What nixos-anywhere installs: disko's script and the system, built here, so that nothing is erased for what cannot be
// built; or where both are built by it, with --build-on.
Result<std::vector<std::string>> whatToInstall(Context& cx, const Operation& operation, const fleet::Host& host) {
  if (cx.args.has("--build-on")) {
    if (host.name.find_first_of("\".#$\\ ") != std::string::npos)
      return Error{Code::FL0842,
                   fmt::format("nixos-anywhere cannot be told the name {}", host.name),
                   "leave --build-on away",
                   {}};
    return std::vector<std::string>{"--flake", deploy::installReference(operation.nix.tree, host), "--build-on",
                                    std::string(cx.args.value("--build-on"))};
  }
  std::vector<std::string> out{"--store-paths"};
  for (const auto& [attribute, what] :
       {std::pair("diskoScript", "the script that makes the disks of"), std::pair("toplevel", "the system of")}) {
    const std::string named = fmt::format("{} {}", what, host.name);
    if (!cx.quiet()) cx.out.message(fmt::format("{}: building {}\n", host.name, named));
    auto path = deploy::buildAttribute(operation.nix, host, deploy::installAttribute(host, attribute), named,
                                       [&](std::string_view line) {
                                         if (cx.verbose()) cx.out.message(base::sanitize(line) + "\n");
                                       });
    if (!path) return path.error();
    out.push_back(*std::move(path));
  }
  return out;
}

Result<void> runPhase(Context& cx, const Operation& operation, const Meant& one, const std::string& phase,
                      const std::vector<std::string>& what, const std::string& extra,
                      const std::vector<std::string>& diskKeys, int stopFd) {
  const deploy::Address& address = (*one.reach)->address;
  process::Command command;
  command.argv = {"nixos-anywhere"};
  command.argv.insert(command.argv.end(), what.begin(), what.end());
  command.argv.insert(command.argv.end(),
                      {"--target-host", fmt::format("{}@{}", address.user, address.host), "--phases", phase});
  if (address.port) command.argv.insert(command.argv.end(), {"--ssh-port", std::to_string(address.port)});
  if (cx.args.has("--identity"))
    command.argv.insert(command.argv.end(), {"-i", std::string(cx.args.value("--identity"))});
  for (const auto& [name, value] : address.options)
    command.argv.insert(command.argv.end(), {"--ssh-option", fmt::format("{}={}", name, value)});
  if (phase == "install" && !extra.empty()) command.argv.insert(command.argv.end(), {"--extra-files", extra});
  if (phase == "disko") command.argv.insert(command.argv.end(), diskKeys.begin(), diskKeys.end());
  command.inheritInput = true;
  command.stopFd = stopFd;
  command.output = process::Stream::Capture;
  command.onErrors = [&](std::string_view piece) {
    if (cx.verbose()) cx.out.message(base::sanitize(piece));
  };
  const auto finished = process::run(command);
  if (!finished) return finished.error();
  const std::string log = fmt::format("{}/logs/install-{}-{}.log", operation.directory, one.host->name, phase);
  static_cast<void>(base::writeFileAtomic(log, finished->output + finished->errors, 0600, base::Durability::Volatile));
  if (finished->status.success()) return {};
  auto lines = base::splitLines(base::trim(finished->errors));
  if (lines.size() > 10) lines.erase(lines.begin(), lines.end() - 10);
  return Error{
      Code::FL0841,
      fmt::format("the phase {} of {} failed: {}", phase, one.host->name, base::sanitize(base::join(lines, "\n"))),
      fmt::format(
          "the whole log: {}; the same command goes on with this phase, --restart begins anew, as after the machine "
          "was started again",
          log),
      {}};
}

// installedAt, where the machine is in the inventory.
void noteInstalled(Context& cx, const std::string& name) {
  auto change = InventoryChange::open(cx);
  if (change && (*change)->hasMachine(name)) {
    (*change)->describe(fmt::format("inventory.json: {} is installed", name));
    auto done = (*change)->edit().set({"machines", name, "installedAt"}, Json(secondsSinceEpoch()));
    if (done) done = (*change)->apply();
    if (done) return (*change)->commit();
    cx.diagnostics.add(done.error());
  } else if (!change && change.error().code != Code::FL0619) {
    cx.diagnostics.add(change.error());
  }
}

}  // namespace

int installMachine(Context& cx) {
  const std::string name(cx.args.positional(1));
  const auto phases = phasesOf(cx);
  if (!phases) return cx.fail(phases.error());
  if (auto fine = checkInstallWords(cx); !fine) return cx.fail(fine.error());
  StopOnInterrupt interrupts;
  auto operation = beginOperation(cx, Reaching::Yes, {name});
  if (!operation) return cx.fail(operation.error());
  const auto one = theMachine(*operation, name);
  if (!one) return cx.fail(one.error());
  const fleet::Host& host = *(*one)->host;
  const deploy::Address& address = (*(*one)->reach)->address;
  const auto composed = cx.compose(host);
  const auto wanted = wantedHardware(cx, host, *composed);
  if (auto fine = checkHardware(cx, host, wanted); !fine) return cx.fail(fine.error());
  if (auto fine = checkSecrets(cx, host); !fine) return cx.fail(fine.error());
  if (auto rendered = renderFor(cx, *operation); !rendered) return cx.fail(rendered.error());
  const std::string file = fmt::format("{}/install-{}.json", operation->directory, name);
  auto done = cx.args.has("--restart") ? InstallProgress() : InstallProgress::read(file, address.text());
  const auto what = whatToInstall(cx, *operation, host);
  if (!what) return cx.fail(what.error());
  const std::string script = what->front() == "--store-paths" ? (*what)[1] : "";
  if (auto same = done.checkDisks(name, script); !same) return cx.fail(same.error());
  const auto open = [&](std::string_view phase) {
    return !done.has(phase) && std::find(phases->begin(), phases->end(), phase) != phases->end();
  };
  if (open("kexec") || open("disko")) {
    const auto target = lookAtTarget(cx, *operation, **one,
                                     cx.args.has("--skip-hardware-check") ? std::vector<std::string>() : wanted.disks);
    if (!target) return cx.fail(target.error());
    if (auto sure = confirm(cx, name, address, *target); !sure) return cx.fail(sure.error());
  }
  InstallFiles extra;
  const auto key = keyOf(cx, host);
  const bool brings = std::find(phases->begin(), phases->end(), "install") != phases->end();
  if (key && brings) {
    if (key->missing) return cx.fail(*key->missing);
    if (auto filled = extra.fill(*key); !filled) return cx.fail(filled.error());
    if (auto early = writeSecretsOf(cx, host, "activation", extra.directory() + key->directory); !early)
      return cx.fail(early.error());
  }
  if (brings && storeNameOf(cx.workspace(), host) == "password-store") {
    const auto place = secretDirectoryOf(cx.workspace(), host);
    if (!place) return cx.fail(place.error());
    if (auto filled = extra.fill(*place); !filled) return cx.fail(filled.error());
    if (auto written = writeSecretsOf(cx, host, "", extra.directory() + *place); !written)
      return cx.fail(written.error());
  }
  InstallFiles disks;
  std::vector<std::string> diskKeys;
  if (const auto files = partitioningFiles(cx, host, *composed);
      !files.empty() && std::find(phases->begin(), phases->end(), "disko") != phases->end()) {
    if (auto made = disks.open(); !made) return cx.fail(made.error());
    if (auto written = writeSecretsOf(cx, host, "partitioning", disks.directory()); !written)
      return cx.fail(written.error());
    for (const auto& secret : files)
      diskKeys.insert(diskKeys.end(), {"--disk-encryption-keys", secret.onMachine,
                                       fmt::format("{}/{}", disks.directory(), secret.relative)});
  }
  interrupts.keep(kInterrupted);
  for (const std::string& phase : *phases) {
    if (done.has(phase)) {
      if (!cx.quiet()) cx.out.message(fmt::format("{}: {} is done already\n", name, phase));
      continue;
    }
    if (!cx.quiet()) cx.out.message(fmt::format("{}: {}\n", name, phase));
    if (auto ran = runPhase(cx, *operation, **one, phase, *what, extra.directory(), diskKeys, interrupts.stopFd());
        !ran)
      return deploy::isAskedToStop(interrupts.stopFd()) ? cx.finish() : cx.fail(ran.error());
    done.phases.push_back(phase);
    if (phase == "disko") done.disks = script;
    if (auto kept = done.write(file, address.text()); !kept) cx.diagnostics.add(kept.error());
    if (phase == "install") noteInstalled(cx, name);
  }
  if (done.has("reboot")) static_cast<void>(base::removeTree(file));
  return cx.finish();
}

}  // namespace fleetd::cli
