// Calls of activate.sh over ssh.
#include "kernel/deploy/dialogue.hpp"

#include <thread>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/deploy/probe.hpp"
#include "kernel/deploy/scripts.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;
using std::chrono::seconds;

// What the host's worker is told: the goals of the operator say less than what is to happen there.
std::string_view workOf(const ActivationSettings& settings) {
  if (settings.goal == Goal::Boot) return settings.wayBack ? "trial" : "boot";
  if (settings.goal == Goal::Reboot) return settings.wayBack ? "trial-reboot" : "boot";
  return goalName(settings.goal);
}

std::string script() {
  return fmt::format("{}{}{}", hostScript("boot.sh"), hostScript("trial.sh"), hostScript("activate.sh"));
}

}  // namespace

Dialogue::Dialogue(Ssh& ssh, const Address& address, const std::string& klass, const std::string& id,
                   const ActivationSettings& settings)
    : ssh_(ssh),
      address_(address),
      directory_(activationDirectory(klass)),
      id_(id),
      settings_(settings),
      home_(klass == "home") {}

Result<Answer> Dialogue::start(const Order& order) {
  const std::string file = fmt::format("{}/{}.sh", directory_, id_);
  const std::string command = fmt::format(
      "umask 077; mkdir -p {0} && cat >{1} && exec sh {1} start {0} {2} {3} {4} {5} {6} {7} {8} {9} {10} {11}",
      directory_, file, id_, order.klass, workOf(settings_), order.path,
      order.generation ? std::to_string(order.generation) : "-", settings_.confirmSeconds, settings_.activateSeconds,
      settings_.checkUnits ? "check" : "ignore", settings_.switchChecks ? "checked" : "unchecked",
      base::shellQuote(hostCommands(settings_.health, order.klass)));
  return say(command, script(), false, seconds(60));
}

Result<Answer> Dialogue::ask(std::string_view verb, bool fresh) {
  return say(fmt::format("exec sh -s -- {} {} {}", verb, directory_, id_), script(), fresh, seconds(30));
}
Result<Answer> Dialogue::able() { return ask("able", false); }
Result<Answer> Dialogue::await(bool fresh) { return ask("await", fresh); }
Result<Answer> Dialogue::confirm() { return ask("confirm", true); }
Result<Answer> Dialogue::abort() { return ask("abort", true); }

Result<process::Finished> Dialogue::check(const std::string& command) {
  Ssh::Call call = root(command);
  call.fresh = true;
  call.timeout = seconds(settings_.confirmSeconds);
  return ssh_.run(address_, call);
}

std::string Dialogue::bootId() {
  Ssh::Call call;
  call.command = "sh -s";
  call.input = fmt::format("{}which_boot; echo \"$boot\"\n", hostScript("boot.sh"));
  call.fresh = true;
  call.timeout = seconds(20);
  const auto said = ssh_.run(address_, call);
  return said && said->status.success() ? std::string(base::trim(base::sanitize(said->output))) : std::string();
}

Ssh::Call Dialogue::root(const std::string& command) const {
  // A home belongs to the one who logs in.
  if (!home_) return asRoot(command, address_, settings_);
  Ssh::Call out;
  out.command = command;
  return out;
}

Result<Answer> Dialogue::say(const std::string& command, std::string input, bool fresh,
                             std::chrono::milliseconds timeout) {
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

std::optional<Answer> awaited(Dialogue& dialogue, const base::Deadline& deadline, seconds silence, Until until) {
  const bool boots = until == Until::Back || until == Until::BackAndEnded;
  const bool asked = until == Until::Asked || until == Until::Back;
  bool fresh = boots;
  auto silent = base::Deadline::after(silence);
  while (!deadline.expired() && (boots || !silent.expired())) {
    auto answer = dialogue.await(fresh);
    if (answer) silent = base::Deadline::after(silence);
    const bool lost = answer && answer->state == "LOST";
    // A host that has just started knows of nothing yet.
    const bool ended = answer && (answer->isEnd() || (lost && !boots) || (asked && answer->state == "WAITING"));
    // The order to reboot is on its way.
    if (ended && !(boots && answer->state == "ARMED")) return *answer;
    // The shared connection may hang in a network that new ones get through, or the other way round.
    if (!answer && !boots) fresh = !fresh;
    std::this_thread::sleep_for(std::chrono::milliseconds(answer && !lost ? 100 : 1000));
  }
  return std::nullopt;
}

}  // namespace fleetd::deploy
