// Running a deployment and telling of it.
#include "kernel/cli/deploying.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/base/thread_pool.hpp"
#include "kernel/cli/made_once.hpp"
#include "kernel/cli/not_taken_back.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/render/views.hpp"
#include "kernel/state/directory.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using deploy::Ended;
using deploy::Ending;
using deploy::Goal;
using deploy::Target;

constexpr char kInterrupted[] =
    "\nInterrupted: no other host is begun; those that are being activated come to their end.\nOnce more ends it at "
    "once; a host that was not told to keep its system returns to the one before by itself.\n";

void event(Context& cx, const Target& target, std::string_view step) {
  if (cx.json()) {
    base::JsonWriter json(cx.out.data());
    json.beginObject().member("host", target.name).member("class", target.klass).member("step", step).endObject();
    cx.out.write("\n");
    cx.out.drain();
    return;
  }
  if (cx.verbose()) cx.out.message(fmt::format("{}: {}\n", target.name, step));
  if (!cx.quiet()) cx.out.progress(fmt::format("{}: {}", target.name, step));
}

void writeResult(Context& cx, const Target& target, const Ended& ended) {
  base::JsonWriter json(cx.out.data());
  json.beginObject().member("host", target.name).member("class", target.klass).member("address", target.address.text());
  json.member("outcome", deploy::endingName(ended.ending)).member("system", target.path).key("previous");
  ended.previous.empty() ? json.null() : json.string(ended.previous);
  json.key("milliseconds").integer(ended.milliseconds).key("error");
  ended.error ? json.string(ended.error->message) : json.null();
  json.endObject();
  cx.out.write("\n");
}

Style styleOf(Ending ending) {
  if (ending == Ending::Deployed || ending == Ending::Unchanged) return kGreen;
  return ending == Ending::NotReached ? kYellow : kRed;
}

// What a Mac that returned has of the new system all the same, by target; asked before the deployment is recorded.
std::vector<std::string> keptByMacs(Operation& operation, const std::vector<Target>& targets,
                                    const std::vector<const Meant*>& meant) {
  std::vector<std::string> out(targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].klass != "darwin") continue;
    const auto last = operation.state->lastDeployed(targets[i].klass, targets[i].name);
    const auto kept = notTakenBack(last && *last ? (*last)->options : std::string(), meant[i]->options);
    if (!kept.empty()) out[i] = fmt::format("not taken back: {}", base::join(kept, ", "));
  }
  return out;
}

void tell(Context& cx, const std::vector<Target>& targets, const std::vector<Ended>& ended,
          const std::vector<std::string>& kept, bool interrupted) {
  TextTable table({{"HOST"}, {"OUTCOME"}, {"SECONDS", true, 0, 3}, {"ADDRESS", false, 0, 2}, {"SYSTEM", false, 20, 4}});
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const Target& target = targets[i];
    if (cx.json()) writeResult(cx, target, ended[i]);
    table.add({{target.name, kBold},
               {std::string(deploy::endingName(ended[i].ending)), styleOf(ended[i].ending)},
               {fmt::format("{:.1f}", static_cast<double>(ended[i].milliseconds) / 1000)},
               {target.address.text()},
               {target.path, kDim}});
    if (!ended[i].lost.empty() && (ended[i].ending == Ending::Deployed || ended[i].ending == Ending::Incomplete)) {
      Diagnostic lost = Diagnostic::from(
          {Code::FL0849,
           fmt::format("the nix.conf that {} had is replaced; these settings are not in its configuration: {}",
                       target.name, base::join(ended[i].lost, ", ")),
           "nix.settings takes them; the old file is /etc/nix/nix.conf.before-nix-darwin",
           {}});
      lost.host = target.name;
      cx.diagnostics.add(std::move(lost));
    }
    Diagnostic d;
    if (ended[i].error)
      d = Diagnostic::from(*ended[i].error);
    else if (ended[i].ending == Ending::NotReached)
      d = Diagnostic::from(
          {Code::FL0828,
           fmt::format("{} was not deployed to after {}", target.name, interrupted ? "an interrupt" : "others failed"),
           "run it again: what is there already is left alone",
           {}});
    else
      continue;
    d.host = target.name;
    if (ended[i].ending == Ending::Back && !kept[i].empty()) d.notes.push_back(kept[i]);
    cx.diagnostics.add(std::move(d));
  }
  if (!cx.json() && !cx.quiet()) cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
}

// Hosts that could not be asked are the environment's fault, all else is a finding.
int exitCode(Context& cx, const std::vector<Ended>& ended) {
  int code = cx.finish();
  for (const Ended& one : ended)
    if (one.error) code = worse(code, exitCodeOf(one.error->code));
  return code;
}

// Before anything happens anywhere: all hosts are asked whether they could come back from a boot. One that does not
// answer has its say when it is its turn.
bool allCanReturn(Context& cx, deploy::Ssh& ssh, const std::vector<Target>& targets,
                  const deploy::DeploySettings& settings) {
  std::vector<Result<void>> able(targets.size());
  base::ThreadPool pool(std::max(1u, settings.parallel), std::size_t{1} << 20);
  pool.parallelFor(targets.size(), [&](std::size_t i) {
    able[i] = deploy::checkWayBack(ssh, targets[i].address, targets[i].klass, targets[i].name, settings.activation);
  });
  bool all = true;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (able[i] || able[i].error().code != Code::FL0844) continue;
    Diagnostic d = Diagnostic::from(able[i].error());
    d.host = targets[i].name;
    cx.diagnostics.add(std::move(d));
    all = false;
  }
  return all;
}

// With the goal boot nobody is here when it is looked: what was not said to be looked at here is looked at there.
Result<void> withoutOperator(deploy::HealthCheck& check, const deploy::ActivationSettings& settings) {
  if (settings.goal != Goal::Boot || check.where == deploy::HealthCheck::Where::Host) return {};
  if (check.placed)
    return Error{Code::FL0847,
                 fmt::format("`{}` cannot be looked at from here when a host boots by itself", check.shown),
                 "--goal reboot waits for the host; or let the host look: host:…",
                 {}};
  check.where = deploy::HealthCheck::Where::Host;
  return {};
}

}  // namespace

Result<deploy::DeploySettings> deploySettings(Context& cx) {
  deploy::DeploySettings out;
  if (cx.args.has("--goal")) {
    const auto goal = cx.args.value("--goal");
    bool known = false;
    for (const Goal one : {Goal::Switch, Goal::Boot, Goal::Test, Goal::DryActivate, Goal::Reboot})
      if (deploy::goalName(one) == goal) {
        out.activation.goal = one;
        known = true;
      }
    if (!known)
      return Error{Code::FL0903,
                   fmt::format("--goal is switch, boot, test, dry-activate or reboot, not `{}`", shownWord(goal)),
                   "for `fleetd deploy` also upload-keys",
                   {}};
  }
  out.activation.confirmSeconds = numberOption(cx, "--confirm-timeout", 60);
  out.activation.activateSeconds = numberOption(cx, "--activation-timeout", 600);
  out.parallel = numberOption(cx, "--max-parallel", 8);
  out.maxFailures = numberOption(cx, "--max-failures", 1);
  out.activation.wayBack = !cx.args.has("--no-way-back");
  out.activation.checkUnits = !cx.args.has("--ignore-failed-units");
  for (const auto& text : cx.args.values("--health-check")) {
    FLEETD_TRY_ASSIGN(auto check, deploy::parseHealthCheck(text));
    FLEETD_TRY(withoutOperator(check, out.activation));
    out.activation.health.push_back(std::move(check));
  }
  out.activation.switchChecks = !cx.args.has("--no-switch-check");
  out.activation.sudo = cx.args.has("--sudo") || cx.args.has("--ask-sudo-password");
  if (cx.args.has("--ask-sudo-password")) {
    FLEETD_TRY_ASSIGN(out.activation.password, process::Secret::ask("password for sudo on the hosts: "));
  }
  return out;
}

Result<std::vector<deploy::HealthCheck>> healthChecksOf(const fleet::Host& host, const deploy::DeploySettings& settings,
                                                        const render::Lists& declared) {
  std::vector<deploy::HealthCheck> out;
  for (const auto& text : render::listFor(declared, host)) {
    FLEETD_TRY_ASSIGN(auto check, deploy::parseHealthCheck(text));
    FLEETD_TRY(withoutOperator(check, settings.activation));
    out.push_back(std::move(check));
  }
  return out;
}

void warnOfDisks(Context& cx, const fleet::Host& host, std::string_view before, std::string_view after) {
  const auto changed = madeOnce(before, after);
  if (changed.empty()) return;
  Diagnostic d = Diagnostic::from({Code::FL0845,
                                   fmt::format("disks of {} are made when it is installed, and these changed: {}",
                                               host.name, base::join(changed, ", ")),
                                   "carry it out by hand, or install the machine anew",
                                   {}});
  d.host = host.name;
  cx.diagnostics.add(std::move(d));
}

Result<void> wayBackOf(Context& cx, const fleet::Host& host, const deploy::DeploySettings& settings) {
  const Goal goal = settings.activation.goal;
  FLEETD_TRY(deploy::checkGoal(goal, host.klass, host.name));
  if (!settings.activation.wayBack || (goal != Goal::Boot && goal != Goal::Reboot)) return {};
  const auto composed = cx.compose(host);
  const auto set = [&](std::vector<std::string> path) {
    const auto value = render::everythingBelow(cx.workspace().fleet().evaluator(), *composed, std::move(path));
    return value.get<bool>() ? std::optional<bool>(*value.get<bool>()) : std::nullopt;
  };
  // GRUB is what NixOS takes when nothing is said.
  if (set({"boot", "loader", "systemd-boot", "enable"}).value_or(false)) return {};
  std::string_view other;
  if (set({"boot", "lanzaboote", "enable"}).value_or(false)) other = "it boots by lanzaboote";
  if (set({"boot", "loader", "generic-extlinux-compatible", "enable"}).value_or(false))
    other = "it boots by extlinux.conf";
  if (set({"boot", "isContainer"}).value_or(false)) other = "it is a container";
  if (other.empty() && !set({"boot", "loader", "grub", "enable"}).value_or(true))
    other = "boot.loader.grub and boot.loader.systemd-boot are off";
  if (other.empty()) return {};
  return deploy::noWayBack(host.name, std::string(other));
}

int deployTargets(Context& cx, Operation& operation, StopOnInterrupt& interrupts, deploy::Ssh& ssh,
                  const std::vector<Target>& targets, const std::vector<const Meant*>& meant,
                  const deploy::DeploySettings& given) {
  auto lock = state::lockDeployments(operation.directory);
  if (!lock) return cx.fail(lock.error());
  deploy::DeploySettings settings = given;
  for (const Target& target : targets)
    if (auto able = deploy::checkGoal(settings.activation.goal, target.klass, target.name); !able)
      return cx.fail(able.error());
  if (!allCanReturn(cx, ssh, targets, settings)) return cx.finish();
  state::Deployment record;
  record.started = secondsSinceEpoch();
  record.who = whoDeploys();
  record.commit = operation.revision.valid() ? operation.revision.get() : revisionOf(cx.root());
  record.goal = deploy::goalName(settings.activation.goal);
  for (std::size_t i = 0; i < targets.size(); ++i)
    if (const auto last = operation.state->lastDeployed(targets[i].klass, targets[i].name);
        targets[i].klass == "nixos" && last && *last)
      warnOfDisks(cx, *meant[i]->host, (*last)->options, meant[i]->options);
  const auto kept = keptByMacs(operation, targets, meant);
  // A host can be brought somewhere, and back, whether it can be written down or not.
  const auto noRecord = [&](const Error& why) {
    Diagnostic d = Diagnostic::from(why);
    d.severity = base::Severity::Warning;
    cx.diagnostics.add(std::move(d));
  };
  const auto id = operation.state->begin(record);
  if (!id) noRecord(id.error());
  interrupts.keep(kInterrupted);
  settings.stopFd = interrupts.stopFd();
  ssh.shield();
  const auto ended = deploy::deployAll(
      ssh, targets, settings, [&](const Target& target, std::string_view step) { event(cx, target, step); },
      [&](std::size_t index, const Ended& one) {
        const Target& target = targets[index];
        const bool answered = !one.previous.empty() || one.ending == Ending::Deployed ||
                              one.ending == Ending::Unchanged || one.ending == Ending::Incomplete;
        if (one.error) forgetUnreachable(cx, target.name, *one.error);
        if (!id) return;
        const auto saved = operation.state->record(
            {*id, target.klass, target.name, target.path, one.previous, std::string(deploy::endingName(one.ending)),
             one.error ? one.error->message : "", meant[index]->options, secondsSinceEpoch()},
            answered ? state::Answered::Yes : state::Answered::No);
        if (!saved) noRecord(saved.error());
      });
  if (id)
    if (auto done = operation.state->end(*id, secondsSinceEpoch()); !done) noRecord(done.error());
  tell(cx, targets, ended, kept, deploy::isAskedToStop(settings.stopFd));
  const int code = exitCode(cx, ended);
  cx.out.drain();  // an interrupt may be what comes next
  return code;
}

}  // namespace fleetd::cli
