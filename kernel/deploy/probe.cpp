// Asking, and reading the answers.
#include "kernel/deploy/probe.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/deploy/nix.hpp"
#include "kernel/deploy/scripts.hpp"

namespace fleetd::deploy {

namespace {

constexpr std::size_t kMostLines = 10'000;

std::string pathOrNothing(std::string_view text) { return isStorePath(text) ? std::string(text) : std::string(); }

void readDisk(std::string_view value, Probe& out) {
  const auto blank = value.rfind(' ');
  if (blank == std::string_view::npos) return;
  const auto used = base::parseInt(value.substr(blank + 1));
  if (used && *used >= 0 && *used <= 100)
    out.diskUsed[base::sanitize(value.substr(0, blank))] = static_cast<int>(*used);
}

Result<std::string> ask(Ssh& ssh, const Address& address, const std::string& klass, std::string_view verb) {
  Ssh::Call call;
  call.command = fmt::format("sh -s -- {} {} {}", verb, klass, activationDirectory(klass));
  call.input = fmt::format("{}{}", hostScript("boot.sh"), hostScript("status.sh"));
  auto finished = ssh.run(address, call);
  if (!finished) return finished.error();
  return std::move(finished->output);
}

}  // namespace

std::string activationDirectory(std::string_view klass) {
  if (klass == "home") return "\"${XDG_STATE_HOME:-$HOME/.local/state}/fleetd-activation\"";
  return klass == "darwin" ? "/var/run/fleetd" : "/run/fleetd";
}

Probe readProbe(std::string_view text) {
  Probe out;
  std::int64_t newest = -1;
  std::size_t count = 0;
  for (const std::string_view line : base::splitLines(text)) {
    if (++count > kMostLines) break;
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, blank), value = base::trim(line.substr(blank + 1));
    if (key == "system") out.system = pathOrNothing(value);
    if (key == "booted") out.booted = pathOrNothing(value);
    if (key == "profile") out.profile = pathOrNothing(value);
    if (key == "trial") out.trial = pathOrNothing(value);
    if (key == "generation") out.generation = base::parseInt(value) ? std::string(value) : std::string();
    if (key == "kernel") out.kernel = base::sanitize(value);
    if (key == "machine") out.machine = base::sanitize(value);
    if (key == "boot") out.boot = base::sanitize(value);
    if (key == "key") out.hasKey = value == "yes";
    if (key == "user") out.user = base::sanitize(value);
    if (key == "reboot") out.reboot = base::sanitize(value);
    if (key == "now") out.now = base::parseInt(value).value_or(0);
    if (key == "failed") out.failedUnits.push_back(base::sanitize(value));
    if (key == "disk") readDisk(value, out);
    if (key == "nix-store" && value.starts_with('/') && value.find_first_of(" \t?&#%'\"") == std::string_view::npos)
      out.nixStore = value;
    if (key == "activation") {
      const auto words = base::split(value, ' ');
      const auto at = words.size() > 2 ? base::parseInt(words[1]) : std::nullopt;
      if (!at || *at < newest) continue;
      newest = *at;
      out.lastActivation = base::sanitize(value.substr(words[0].size() + words[1].size() + 2));
    }
  }
  std::sort(out.failedUnits.begin(), out.failedUnits.end());
  return out;
}

std::vector<Generation> readGenerations(std::string_view text) {
  std::vector<Generation> out;
  std::string running;
  for (const std::string_view line : base::splitLines(text)) {
    const auto words = base::split(line, ' ');
    if (words.size() == 2 && words[0] == "system") running = words[1];
    if (words.size() != 5 || words[0] != "generation" || out.size() > kMostLines) continue;
    const auto number = base::parseInt(words[1]);
    if (!number || !isStorePath(words[4])) continue;
    out.push_back(
        {*number, base::parseInt(words[2]).value_or(0), words[3] == "selected", false, std::string(words[4])});
  }
  for (auto& one : out) one.running = one.path == running;
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  return out;
}

Result<Probe> probe(Ssh& ssh, const Address& address, const std::string& klass, Asking asking) {
  auto said = ask(ssh, address, klass, asking == Asking::Brief ? "brief" : "status");
  if (!said) return said.error();
  Probe out = readProbe(*said);
  if (out.kernel.empty())
    return Error{base::Code::FL0815,
                 fmt::format("{} answers, but runs no shell that understands", address.text()),
                 "the login shell there must be able to start `sh`",
                 {}};
  return out;
}

Result<std::vector<Generation>> generations(Ssh& ssh, const Address& address, const std::string& klass) {
  auto said = ask(ssh, address, klass, "generations");
  if (!said) return said.error();
  return readGenerations(*said);
}

}  // namespace fleetd::deploy
