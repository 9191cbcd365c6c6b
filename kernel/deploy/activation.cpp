// The operator's side of activate.sh.
#include "kernel/deploy/activation.hpp"

#include <chrono>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "kernel/base/clock.hpp"
#include "kernel/base/text.hpp"
#include "kernel/deploy/nix.hpp"
#include "kernel/deploy/probe.hpp"
#include "kernel/deploy/scripts.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;
using std::chrono::seconds;

constexpr std::string_view kGoals[] = {"switch", "boot", "test", "dry-activate", "reboot"};

struct Answer {
  std::string state;  // its first word: "WAITING"
  std::string why;    // the rest of the line
  std::string log;
};

class Dialogue {
 public:
  Dialogue(Ssh& ssh, const Address& address, const std::string& klass, const std::string& id,
           const ActivationSettings& settings)
      : ssh_(ssh),
        address_(address),
        directory_(activationDirectory(klass)),
        id_(id),
        settings_(settings),
        home_(klass == "home") {}

  Result<Answer> start(const std::string& klass, const std::string& path, std::int64_t generation) {
    const std::string file = fmt::format("{}/{}.sh", directory_, id_);
    const std::string script = fmt::format(
        "umask 077; mkdir -p {0} && cat >{1} && exec sh {1} start {0} {2} {3} {4} {5} {6} {7} {8} {9}", directory_,
        file, id_, klass, goalName(settings_.goal == Goal::Reboot ? Goal::Boot : settings_.goal), path,
        generation ? std::to_string(generation) : "-", settings_.confirmSeconds, settings_.activateSeconds,
        settings_.checkUnits ? "check" : "ignore");
    return say(script, std::string(hostScript("activate.sh")), false, seconds(60));
  }
  Result<Answer> await(bool fresh) { return say(shell("await"), script(), fresh, seconds(30)); }
  Result<Answer> confirm() { return say(shell("confirm"), script(), true, seconds(30)); }
  Result<Answer> abort() { return say(shell("abort"), script(), true, seconds(30)); }
  Result<process::Finished> check() {
    Ssh::Call call = root(settings_.healthCheck);
    call.fresh = true;
    call.timeout = seconds(settings_.confirmSeconds);
    return ssh_.run(address_, call);
  }

 private:
  std::string script() const { return std::string(hostScript("activate.sh")); }
  std::string shell(std::string_view verb) const {
    return fmt::format("exec sh -s -- {} {} {}", verb, directory_, id_);
  }
  Ssh::Call root(const std::string& command) const {
    // A home belongs to the one who logs in.
    if (!home_) return asRoot(command, address_, settings_);
    Ssh::Call out;
    out.command = command;
    return out;
  }

  Result<Answer> say(const std::string& command, std::string input, bool fresh, std::chrono::milliseconds timeout) {
    Ssh::Call call = root(command);
    call.input = std::move(input);
    call.fresh = fresh;
    call.timeout = timeout;
    auto finished = ssh_.run(address_, call);
    if (!finished) return finished.error();
    const std::string clean = base::sanitize(finished->output);
    const auto end = clean.find('\n');
    const std::string line(base::trim(clean.substr(0, end)));
    const auto blank = line.find(' ');
    Answer out{line.substr(0, blank), blank == std::string::npos ? "" : line.substr(blank + 1),
               end == std::string::npos ? "" : clean.substr(end + 1)};
    if (!finished->status.success() && out.state.empty())
      return Error{finished->errors.find("sudo") == std::string::npos ? Code::FL0819 : Code::FL0817,
                   fmt::format("{} refused: {}", address_.text(), base::sanitize(base::trim(finished->errors))),
                   "",
                   {}};
    return out;
  }

  Ssh& ssh_;
  const Address& address_;
  std::string directory_, id_;
  const ActivationSettings& settings_;
  bool home_;
};

Result<Activated> refused(const Address& address, const std::string& path, const Answer& answer) {
  if (answer.state == "NOT-A-SYSTEM")
    return Error{Code::FL0829, fmt::format("{} is no system that {} could run", path, address.text()), "", {}};
  if (answer.state == "BUSY")
    return Error{Code::FL0822, fmt::format("{} is being deployed to by somebody else", address.text()), "", {}};
  return Error{Code::FL0819,
               fmt::format("{} did not start the activation: {} {}", address.text(), answer.state, answer.why),
               "",
               {}};
}

Error takenBack(const Address& address, const Answer& answer) {
  const bool unconfirmed = answer.why.starts_with("nobody confirmed");
  const Code code = unconfirmed ? Code::FL0820 : Code::FL0819;
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

bool isEnd(const Answer& answer) {
  return answer.state == "DONE" || answer.state == "RETURNED" || answer.state == "FAILED" || answer.state == "STUCK" ||
         answer.state == "LOST";
}

// Asks until there is a state that needs us, over connections old and new, for as long as the host may take.
std::optional<Answer> awaited(Dialogue& dialogue, const base::Deadline& deadline, bool untilEnd) {
  bool fresh = false;
  while (!deadline.expired()) {
    auto answer = dialogue.await(fresh);
    if (answer && (isEnd(*answer) || (!untilEnd && answer->state == "WAITING"))) return *answer;
    // The shared connection may hang in a network that new ones get through, or the other way round.
    if (!answer) fresh = !fresh;
    std::this_thread::sleep_for(std::chrono::milliseconds(answer ? 100 : 1000));
  }
  return std::nullopt;
}

// While the host waits: prove that it is well, then say so over a new connection.
std::optional<Error> confirm(Dialogue& dialogue, const Address& address, const ActivationSettings& settings) {
  if (!settings.healthCheck.empty()) {
    const auto checked = dialogue.check();
    if (!checked || !checked->status.success()) {
      static_cast<void>(dialogue.abort());
      const std::string said =
          checked ? base::sanitize(base::trim(checked->output + checked->errors)) : checked.error().message;
      return Error{Code::FL0824, fmt::format("the health check failed on {}: {}", address.text(), said), "", {}};
    }
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

std::string_view goalName(Goal goal) { return kGoals[static_cast<std::size_t>(goal)]; }

Result<void> checkGoal(Goal goal, const std::string& klass, const std::string& host) {
  const bool able = klass == "nixos" || goal == Goal::Switch || (klass == "darwin" && goal == Goal::Test);
  if (able) return {};
  return Error{Code::FL0823,
               fmt::format("{}: a {} cannot do `{}`", host, klass == "home" ? "home" : "darwin host", goalName(goal)),
               klass == "home" ? "homes can be switched only" : "darwin hosts can be switched and tested",
               {}};
}

Result<Activated> activate(Ssh& ssh, const Address& address, const std::string& klass, const std::string& path,
                           std::int64_t generation, const std::string& id, const ActivationSettings& settings) {
  Dialogue dialogue(ssh, address, klass, id, settings);
  auto started = dialogue.start(klass, path, generation);
  if (!started) return started.error();
  if (started->state != "STARTED") return refused(address, path, *started);

  const auto patience = seconds(settings.activateSeconds * 2 + settings.confirmSeconds * 2 + 60);
  const auto deadline = base::Deadline::after(patience);
  auto answer = awaited(dialogue, deadline, false);
  std::optional<Error> unwell;
  if (answer && answer->state == "WAITING") {
    unwell = confirm(dialogue, address, settings);
    answer = awaited(dialogue, deadline, true);
  }
  if (!answer || answer->state == "LOST")
    return Error{Code::FL0821,
                 fmt::format("{} does not tell what became of the activation{}", address.text(),
                             unwell ? "; " + unwell->message : ""),
                 "it returns to its earlier system unless it was confirmed; `fleetd status` shows what it runs",
                 {}};
  if (answer->state == "DONE") return Activated{true, false, answer->log};
  if (unwell) {
    unwell->message += answer->state == "RETURNED" ? "; it returned to its earlier system" : "; " + answer->why;
    return *unwell;
  }
  return takenBack(address, *answer);
}

}  // namespace fleetd::deploy
