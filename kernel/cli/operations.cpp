// Hosts, build tree and builds.
#include "kernel/cli/operations.hpp"

#include <unistd.h>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/base/thread_pool.hpp"
#include "kernel/cli/secret_lines.hpp"
#include "kernel/cli/service_lines.hpp"
#include "kernel/process/worker.hpp"
#include "kernel/render/build_tree.hpp"
#include "kernel/render/host_paths.hpp"
#include "kernel/state/directory.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

constexpr unsigned kAskedAtOnce = 32;

bool hasTags(const fleet::Host& host, const std::vector<std::string>& tags) {
  return std::all_of(tags.begin(), tags.end(), [&](const std::string& tag) {
    return std::find(host.tags.begin(), host.tags.end(), tag) != host.tags.end();
  });
}

Result<std::vector<const fleet::Host*>> wantedHosts(Context& cx, const std::vector<std::string>& names) {
  auto hosts = cx.selectHosts(names);
  if (!hosts) return hosts;
  const auto tags = cx.args.values("--tag");
  std::vector<const fleet::Host*> out;
  for (const fleet::Host* host : *hosts)
    if (hasTags(*host, tags)) out.push_back(host);
  if (out.empty() && !tags.empty())
    return Error{Code::FL0503,
                 fmt::format("no host has the tags {}", base::join(tags, " and ")),
                 "`fleetd hosts` shows the tags",
                 {}};
  return out;
}

Result<std::vector<deploy::Reach>> reachesFor(Context& cx, const std::vector<deploy::Network>& networks,
                                              const fleet::Host& host, fleet::ComposedHost& composed) {
  if (!cx.args.has("--target-host")) return deploy::reachesOf(cx.workspace(), networks, host, composed);
  auto address = deploy::parseAddress(cx.args.value("--target-host"));
  if (!address) return address.error();
  return std::vector<deploy::Reach>{{*std::move(address), "--target-host", {}}};
}

// What can be told of words without the fleet is told before anything is done.
Result<void> checkWords(Context& cx) {
  for (const std::string_view option : {"--target-host", "--build-host"})
    if (cx.args.has(option))
      if (auto address = deploy::parseAddress(cx.args.value(option)); !address) return address.error();
  if (const auto path = cx.args.value("--store-path"); cx.args.has("--store-path") && !deploy::isStorePath(path))
    return Error{Code::FL0903, fmt::format("`{}` is no store path", shownWord(path)), "", {}};
  if (const auto config = cx.args.value("--ssh-config"); !config.empty())
    if (const auto read = base::readFile(std::string(config)); !read) return read.error();
  return {};
}

// Asks all hosts at once which of their addresses answer.
void chooseAll(std::vector<Meant>& meant, const std::vector<Result<std::vector<deploy::Reach>>>& reaches,
               const deploy::Choosing& how) {
  base::ThreadPool pool(std::clamp(static_cast<unsigned>(meant.size()), 1u, kAskedAtOnce), std::size_t{1} << 20);
  pool.parallelFor(meant.size(), [&](std::size_t i) {
    meant[i].reach =
        reaches[i] ? deploy::choose(meant[i].host->name, *reaches[i], how) : Result<deploy::Reach>(reaches[i].error());
  });
}

// Hosts can be built for, asked and brought back without a record of what was done.
Result<state::State> openState(Context& cx, const std::string& directory) {
  auto state = state::State::open(directory);
  if (state) return state;
  Diagnostic d = Diagnostic::from(state.error());
  d.severity = base::Severity::Warning;
  d.notes.insert(d.notes.begin(), "what was done before is not known, and what is done now is not remembered");
  cx.diagnostics.add(std::move(d));
  return state::State::inMemory();
}

}  // namespace

Result<Operation> beginOperation(Context& cx, Reaching reaching) {
  return beginOperation(cx, reaching, cx.args.positionals);
}

Result<Operation> beginOperation(Context& cx, Reaching reaching, const std::vector<std::string>& names) {
  FLEETD_TRY(checkWords(cx));
  auto fleet = cx.openFleet();
  if (!fleet) return fleet.error();
  auto hosts = wantedHosts(cx, names);
  if (!hosts) return hosts.error();
  if ((*fleet)->hosts().empty())
    return Error{Code::FL0503,
                 "the fleet has no hosts",
                 "`fleetd check` says what it is; `fleetd init DIR` makes a new one",
                 {}};
  if (cx.args.has("--target-host") && hosts->size() != 1)
    return Error{Code::FL0903, "--target-host is for one host", "name the host", {}};
  Operation out;
  auto directory = state::stateDirectory((*fleet)->name());
  if (!directory) return directory.error();
  out.directory = *std::move(directory);
  FLEETD_TRY_ASSIGN(auto state, openState(cx, out.directory));
  out.state.emplace(std::move(state));
  std::vector<Result<std::vector<deploy::Reach>>> reaches;
  const auto networks = reaching == Reaching::Yes ? deploy::networksOf(cx.workspace().services(), cx.diagnostics)
                                                  : std::vector<deploy::Network>();
  const auto directories = render::hostDirectories((*fleet)->hosts());
  for (std::size_t i = 0; i < hosts->size(); ++i) {
    const fleet::Host& host = *(*hosts)[i];
    cx.progress("composing", i, hosts->size(), host.name);
    const auto composed = cx.compose(host);
    if (names.empty() && deploy::onlyWhenNamed(cx.workspace(), *composed)) continue;
    Meant one;
    one.host = &host;
    one.directory = directories[static_cast<std::size_t>(&host - (*fleet)->hosts().data())];
    if (auto text = composed->text("", false))
      one.options = *std::move(text) +
                    serviceLines((*fleet)->evaluator(), cx.workspace().services().inventory(), host.name) +
                    secretLines(cx.root(), host.name);
    if (reaching == Reaching::Yes) reaches.push_back(reachesFor(cx, networks, host, *composed));
    out.meant.push_back(std::move(one));
  }
  if (reaching == Reaching::No) return out;
  FLEETD_TRY_ASSIGN(auto ssh, openSsh(cx));
  out.ssh.emplace(std::move(ssh));
  chooseAll(out.meant, reaches, choosing(cx, *out.ssh));
  for (const Meant& one : out.meant)
    if (*one.reach) tellTried(cx, one.host->name, **one.reach);
  return out;
}

Result<void> renderFor(Context& cx, Operation& operation) {
  fleet::Fleet& fleet = cx.workspace().fleet();
  const Error refusal{
      Code::FL0801, "there are errors: nothing is built", "`fleetd check` shows all of the fleet's", {}};
  std::set<const fleet::Host*> meant;
  for (const Meant& one : operation.meant) meant.insert(one.host);
  render::HostFiles files(cx.workspace());
  std::size_t index = 0;
  // All hosts, so that what is built of one does not depend on which others were meant.
  for (const fleet::Host& host : fleet.hosts()) {
    cx.progress("composing", index++, fleet.hosts().size(), host.name);
    Diagnostics found;
    const auto composed = cx.workspace().compose(host, found);
    if (!meant.contains(&host) && found.hasErrors()) {
      cx.diagnostics.add({Code::FL0833, fmt::format("{} has errors and is left out of the build tree", host.name),
                          fmt::format("`fleetd check {}` shows them", host.name), host.place});
      continue;
    }
    for (const Diagnostic& d : found.sorted()) cx.diagnostics.add(d);
    files.add(host, *composed, cx.diagnostics);
  }
  Diagnostics checked;
  cx.workspace().check(checked);
  for (const Diagnostic& d : checked.sorted())
    if (d.host.empty() ||
        std::any_of(meant.begin(), meant.end(), [&](const fleet::Host* host) { return host->name == d.host; }))
      cx.diagnostics.add(d);
  if (cx.diagnostics.hasErrors()) return refusal;
  auto generated = files.files(cx.diagnostics);
  if (!generated) return generated.error();
  if (cx.diagnostics.hasErrors()) return refusal;
  auto tree = render::writeBuildTree(fleet, *std::move(generated), operation.directory + "/tree", cx.diagnostics);
  if (!tree) return tree.error();
  auto replaced = cx.inputOverrides();
  if (!replaced) return replaced.error();
  operation.nix.tree = tree->root;
  operation.nix.fleet = cx.root();
  for (auto& one : *replaced) operation.nix.overrides.emplace_back(std::move(one.input), std::move(one.reference));
  operation.nix.options = cx.args.values("--nix-option");
  operation.nix.locked = base::isRegularFile(tree->root + "/flake.lock");
  operation.nix.logs = operation.directory + "/logs";
  return base::makeDirs(operation.nix.logs, 0700);
}

Result<std::vector<deploy::Built>> buildFor(Context& cx, Operation& operation, BuildReport& report) {
  deploy::BuildSettings settings;
  settings.parallel = numberOption(cx, "--max-builds", std::min(4u, process::processors()));
  const unsigned memory = numberOption(cx, "--eval-memory", 0);
  operation.nix.evaluatorMemory = memory;
  // Evaluations that run at once share what there is.
  if (memory > 0) {
    const auto mebibytes = static_cast<unsigned long long>(::sysconf(_SC_PHYS_PAGES)) *
                               static_cast<unsigned long long>(::sysconf(_SC_PAGESIZE)) >>
                           20;
    const auto fitting = std::max(1ULL, mebibytes / memory);
    settings.parallel = static_cast<unsigned>(std::min<unsigned long long>(settings.parallel, fitting));
  }
  std::optional<deploy::Ssh> ssh;  // its shared connection serves all builds
  if (cx.args.has("--build-host")) {
    FLEETD_TRY_ASSIGN(const auto address, deploy::parseAddress(cx.args.value("--build-host")));
    FLEETD_TRY_ASSIGN(auto opened, openSsh(cx));
    ssh.emplace(std::move(opened));
    FLEETD_TRY_ASSIGN(operation.nix.sshOptions, ssh->options(address));
    operation.nix.buildStore = "ssh-ng://" + address.authority();
  }
  settings.keepGoing = cx.args.has("--keep-going");
  if (cx.args.has("--verify-fingerprints")) settings.fingerprints = deploy::Fingerprinted::Verify;
  auto fingerprints = deploy::Fingerprints::read(operation.nix, &cx.workspace().fleet());
  if (!fingerprints) return fingerprints.error();
  std::vector<deploy::BuildTarget> targets;
  for (const Meant& one : operation.meant) targets.push_back({one.host, one.directory});
  const auto built = deploy::buildAll(operation.nix, targets, *fingerprints, *operation.state, settings,
                                      [&](const deploy::BuildEvent& event) { report.tell(event, operation.nix); });
  std::vector<deploy::Built> out;
  for (std::size_t i = 0; i < built.size(); ++i) {
    if (built[i]) {
      out.push_back(*built[i]);
      continue;
    }
    // Without Nix there is nothing to say of each host.
    if (built[i].error().code == Code::FL0008) return built[i].error();
    Diagnostic d = Diagnostic::from(built[i].error());
    d.host = targets[i].host->name;
    cx.diagnostics.add(std::move(d));
    out.emplace_back();
  }
  return out;
}

Result<deploy::Ssh> openSsh(Context& cx) {
  deploy::SshSettings settings;
  // `network` calls it differently: --ssh-config is one of its forms.
  settings.config = cx.args.value(cx.args.has("--ssh-config-file") ? "--ssh-config-file" : "--ssh-config");
  settings.hostKeyCheck = cx.args.value("--host-key-check");
  settings.knownHosts = deploy::knownHostsOf(cx.workspace().services());
  if (const auto directory = state::stateDirectory(cx.workspace().fleet().name()))
    settings.torDirectory = *directory + "/tor";
  return deploy::Ssh::open(std::move(settings));
}

deploy::Choosing choosing(Context& cx, deploy::Ssh& ssh) {
  deploy::Choosing out;
  out.ssh = &ssh;
  if (const auto directory = state::stateDirectory(cx.workspace().fleet().name())) out.directory = *directory + "/ways";
  return out;
}

void forgetUnreachable(Context& cx, const std::string& host, const Error& error) {
  if (error.code != Code::FL0815) return;
  if (const auto directory = state::stateDirectory(cx.workspace().fleet().name()))
    deploy::forgetChoice(*directory + "/ways", host);
}

void tellTried(Context& cx, const std::string& host, const deploy::Reach& reach) {
  if (reach.tried.empty() || cx.quiet() || cx.json()) return;
  std::string text;
  for (const auto& line : reach.tried) text += fmt::format("{}: {}\n", host, line);
  cx.out.message(fmt::format("{}{}: using {} by {}\n", text, host, reach.address.text(), reach.from));
}

unsigned numberOption(const Context& cx, std::string_view name, unsigned otherwise) {
  return static_cast<unsigned>(base::parseInt(cx.args.value(name)).value_or(otherwise));
}

}  // namespace fleetd::cli
