// The operator's side of activate.sh.
#include "kernel/deploy/activation.hpp"

#include <chrono>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "kernel/base/clock.hpp"
#include "kernel/base/text.hpp"
#include "kernel/deploy/dialogue.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;
using std::chrono::seconds;

constexpr std::string_view kGoals[] = {"switch", "boot", "test", "dry-activate", "reboot"};

Activated refused(const Address& address, const std::string& path, const Answer& answer) {
  if (answer.state == "NOT-A-SYSTEM")
    return {Ending::Failed,
            Error{Code::FL0829, fmt::format("{} is no system that {} could run", path, address.text()), "", {}}};
  if (answer.state == "BUSY")
    return {Ending::Failed,
            Error{Code::FL0822, fmt::format("{} is being deployed to by somebody else", address.text()), "", {}}};
  return {Ending::Failed,
          Error{Code::FL0819,
                fmt::format("{} did not start the activation: {} {}", address.text(), answer.state, answer.why),
                "",
                {}}};
}

// What NixOS says when a change needs a reboot, or a check of the system itself does not let it be switched to.
bool isInhibited(std::string_view log) {
  return log.find("Pre-switch check") != log.npos || log.find("switchInhibitors") != log.npos ||
         log.find("switch inhibitors") != log.npos;
}

Error takenBack(const Address& address, const Answer& answer) {
  const bool unconfirmed = answer.why.starts_with("nobody confirmed");
  const Code code = unconfirmed ? Code::FL0820 : Code::FL0819;
  if (answer.state == "RETURNED" && !unconfirmed && isInhibited(answer.log))
    return {
        Code::FL0846,
        fmt::format("the new system does not let {} be switched to it while it runs, and it returned to its earlier "
                    "system:\n{}",
                    address.text(), answer.log),
        "--goal reboot or --goal boot try it with a boot; --no-switch-check switches all the same",
        {}};
  if (answer.state == "STUCK")
    return {Code::FL0819,
            fmt::format("{} could not return to its earlier system: {}\n{}", address.text(), answer.why, answer.log),
            "log in and look at it; its boot entry is still the earlier one",
            {}};
  if (answer.state == "FAILED")
    return {code, fmt::format("{}: {}\n{}", address.text(), answer.why, answer.log), "nothing was changed", {}};
  return {
      code, fmt::format("{} returned to its earlier system: {}\n{}", address.text(), answer.why, answer.log), "", {}};
}

// The host runs on since it was asked what it runs, and has never heard of the order.
Error neverArrived(Error cut) {
  cut.hint = "the order to activate did not arrive, and nothing was changed";
  return cut;
}

// What a host knows of an activation is gone when it starts again.
Error notTold(const Address& address, const Order& order, const std::optional<Answer>& answer,
              const std::optional<Error>& unwell) {
  const bool lost = answer && answer->state == "LOST" && !answer->why.empty();
  return {Code::FL0821,
          fmt::format("{} {}{}", address.text(),
                      lost && !order.boot.empty() && answer->why != order.boot
                          ? "was started anew in the middle, and does not tell what became of the activation"
                          : "does not tell what became of the activation",
                      unwell ? "; " + unwell->message : ""),
          "it returns to its earlier system unless it was confirmed; `fleetd status` shows what it runs",
          {}};
}

// The host reboots once it is told to over a new connection. What it says after that, or, when it does not reboot, of
// that.
std::optional<Answer> rebooted(Dialogue& dialogue, const std::string& before, const base::Deadline& boots,
                               const base::Deadline& deadline, seconds silence) {
  if (!dialogue.confirm()) std::this_thread::sleep_for(seconds(1));
  std::string now = before;
  while (!boots.expired() && (now.empty() || now == before)) {
    std::this_thread::sleep_for(seconds(1));
    now = dialogue.bootId();
  }
  return awaited(dialogue, deadline, silence, now == before ? Until::Ended : Until::Back);
}

// While the host waits: prove that it is well, then say so over a new connection.
std::optional<Error> confirm(Dialogue& dialogue, const Address& address, const ActivationSettings& settings,
                             const std::function<std::optional<std::string>()>& look) {
  if (const auto why = look()) {
    static_cast<void>(dialogue.abort());
    return Error{Code::FL0824, fmt::format("the health check failed on {}: {}", address.text(), *why), "", {}};
  }
  const auto deadline = base::Deadline::after(seconds(settings.confirmSeconds));
  while (!deadline.expired()) {
    if (dialogue.confirm()) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
  return std::nullopt;  // the host says itself what it did then
}

}  // namespace

Ssh::Call asRoot(const std::string& command, const Address& address, const ActivationSettings& settings) {
  Ssh::Call out;
  out.command = command;
  if (!settings.sudo || address.user == "root") return out;
  if (!settings.password) {
    out.command = fmt::format("sudo -n sh -c {}", base::shellQuote(command));
    return out;
  }
  // Where sudo asks for nothing after all, the password is the first line that we get, and must not become input.
  const std::string inner = fmt::format("IFS= read -r l; [ \"$l\" = {} ] || IFS= read -r l; unset l; exec sh -c {}",
                                        kInputMark, base::shellQuote(command));
  out.command = fmt::format("sudo -k -S -p '' sh -c {}", base::shellQuote(inner));
  out.secret = settings.password;
  return out;
}

std::optional<std::string> unhealthy(Ssh& ssh, const Address& address, const std::string& klass,
                                     const std::string& name, const ActivationSettings& settings) {
  std::string reached;
  for (const HealthCheck& check : settings.health) {
    std::optional<std::string> why;
    if (check.where == HealthCheck::Where::Here) {
      if (reached.empty()) reached = ssh.hostName(address);
      why = checkFromHere(check, name, reached);
    } else {
      Dialogue dialogue(ssh, address, klass, "-", settings);
      const auto checked = dialogue.check(hostCommand(check, klass));
      if (!checked)
        why = checked.error().message;
      else if (!checked->status.success())
        why = base::sanitize(base::trim(checked->output + checked->errors));
    }
    if (!why) continue;
    if (why->empty()) why = "it does not hold";
    // A command that was given alone needs no name.
    return settings.health.size() == 1 && check.kind == HealthCheck::Kind::Command
               ? *why
               : fmt::format("{}: {}", check.shown, *why);
  }
  return std::nullopt;
}

std::string_view goalName(Goal goal) { return kGoals[static_cast<std::size_t>(goal)]; }

Result<void> checkGoal(Goal goal, const std::string& klass, const std::string& host) {
  const bool able = klass == "nixos" || goal == Goal::Switch || (klass == "darwin" && goal == Goal::Test);
  if (able) return {};
  return Error{Code::FL0823,
               fmt::format("{}: a {} cannot do `{}`", host, klass == "home" ? "home" : "darwin host", goalName(goal)),
               klass == "home" ? "homes can be switched only" : "darwin hosts can be switched and tested",
               {}};
}

Result<void> checkWayBack(Ssh& ssh, const Address& address, const std::string& klass, const std::string& host,
                          const ActivationSettings& settings) {
  if (!settings.wayBack || klass != "nixos" || (settings.goal != Goal::Boot && settings.goal != Goal::Reboot))
    return {};
  FLEETD_TRY_ASSIGN(const Answer answer, Dialogue(ssh, address, klass, "-", settings).able());
  if (answer.state == "ABLE") return {};
  return noWayBack(host, answer.state == "UNABLE" ? answer.why : answer.state + " " + answer.why);
}

Error noWayBack(const std::string& host, const std::string& why) {
  return {Code::FL0844,
          fmt::format("{} could not return by itself after a boot: {}", host, why),
          "switch it instead, or give --no-way-back and have its boot menu at hand",
          {}};
}

Activated activate(Ssh& ssh, const Address& address, const Order& order, const ActivationSettings& settings,
                   const std::function<void(std::string_view)>& step) {
  Dialogue dialogue(ssh, address, order.klass, order.id, settings);
  const std::string boot = settings.goal == Goal::Reboot ? dialogue.bootId() : std::string();
  if (settings.goal == Goal::Reboot && boot.empty())
    return {Ending::Failed, Error{Code::FL0819,
                                  fmt::format("{} does not tell which start of it this is", address.text()),
                                  "nothing was changed",
                                  {}}};
  auto started = dialogue.start(order);
  // A connection that ended may have brought the order, or not: the host knows.
  const bool cut = !started && started.error().code == Code::FL0815;
  if (!started && !cut) return {Ending::Failed, started.error()};
  if (started && started->state != "STARTED") return refused(address, order.path, *started);

  const auto patience = seconds(settings.activateSeconds * 2 + settings.confirmSeconds * 2 + 60);
  // It is told within its time or returns, and the way back is an activation.
  const auto silence = seconds(settings.activateSeconds + settings.confirmSeconds + 30);
  auto deadline = base::Deadline::after(patience);
  auto answer = awaited(dialogue, deadline, silence, Until::Asked);
  if (cut && answer && answer->state == "LOST" && !answer->why.empty() && answer->why == order.boot)
    return {Ending::Failed, neverArrived(started.error())};
  std::optional<Error> unwell;
  if (answer && answer->state == "ARMED" && settings.goal == Goal::Reboot) {
    step("rebooting");
    deadline = base::Deadline::after(patience);
    answer = rebooted(dialogue, boot, base::Deadline::after(seconds(settings.activateSeconds + 5)), deadline, silence);
  }
  if (answer && answer->state == "WAITING") {
    if (settings.goal == Goal::Reboot) step("confirming");
    unwell = confirm(dialogue, address, settings,
                     [&] { return unhealthy(ssh, address, order.klass, order.host, settings); });
    answer = awaited(dialogue, deadline, silence, settings.goal == Goal::Reboot ? Until::BackAndEnded : Until::Ended);
  }
  if (!answer || answer->state == "LOST") return {Ending::Unknown, notTold(address, order, answer, unwell)};
  if (answer->state == "DONE" || answer->state == "ARMED") return {Ending::Deployed, std::nullopt};
  const Ending ending = answer->state == "RETURNED" ? Ending::Back : Ending::Failed;
  if (!unwell) return {ending, takenBack(address, *answer)};
  unwell->message += ending == Ending::Back ? "; it returned to its earlier system" : "; " + answer->why;
  return {ending, std::move(unwell)};
}

}  // namespace fleetd::deploy
