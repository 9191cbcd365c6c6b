// Asking a Mac, and comparing.
#include "kernel/deploy/mac.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/deploy/scripts.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;

constexpr std::size_t kMostLines = 10'000;
constexpr std::string_view kOwnShells[] = {"/bin/bash", "/bin/csh",  "/bin/dash", "/bin/ksh",
                                           "/bin/sh",   "/bin/tcsh", "/bin/zsh"};
constexpr std::string_view kNoShells[] = {"/usr/bin/false", "/usr/sbin/nologin", "/sbin/nologin", "/dev/null"};

bool isPath(std::string_view text) {
  return text.size() > 1 && text.size() < 1024 && text.front() == '/' &&
         std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7f; });
}

std::optional<std::int64_t> idOf(std::string_view text) {
  const auto number = base::parseInt(base::trim(text));
  return number && *number >= -2 && *number <= 0x7fff'ffff ? std::optional<std::int64_t>(*number) : std::nullopt;
}

bool has(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

MacState readMacState(std::string_view text) {
  MacState out;
  std::size_t count = 0;
  for (const std::string_view line : base::splitLines(text)) {
    if (++count > kMostLines) break;
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, blank), value = base::trim(line.substr(blank + 1));
    const auto flag = [&](std::string_view name, bool& into) {
      if (key == name) into = value == "yes";
    };
    flag("managed", out.managed);
    flag("determinate", out.determinate);
    flag("sources-nix", out.sourcesNix);
    flag("old-keys", out.oldKeys);
    if (key == "build-group") out.buildGroup = idOf(value);
    if (key == "build-user") out.firstBuildUser = idOf(value);
    if (key == "shell" && isPath(value)) out.listedShells.emplace_back(value);
    if (key == "login-shell" && isPath(value)) out.loginShells.emplace_back(value);
    if (key == "setting" && !value.empty()) out.settings.push_back(base::sanitize(value));
    if (key == "user")
      if (const auto at = value.rfind(' '); at != std::string_view::npos)
        if (const auto id = idOf(value.substr(at + 1)))
          out.users[base::sanitize(base::trim(value.substr(0, at)))] = *id;
  }
  return out;
}

Result<MacState> macState(Ssh& ssh, const Address& address) {
  Ssh::Call call;
  call.command = "sh -s";
  call.input = hostScript("darwin.sh");
  FLEETD_TRY_ASSIGN(const auto said, ssh.run(address, call));
  if (said.status.success() && said.output.find("darwin yes\n") != std::string::npos) return readMacState(said.output);
  return Error{Code::FL0848,
               fmt::format("{} is no Mac: {}", address.text(), base::sanitize(base::trim(said.errors))),
               "its address leads to another machine",
               {}};
}

render::MacFacts factsOf(const MacState& state) {
  render::MacFacts out;
  out.buildGroup = state.buildGroup;
  if (state.firstBuildUser && *state.firstBuildUser > 0) out.buildUsers = *state.firstBuildUser - 1;
  for (const auto* list : {&state.listedShells, &state.loginShells})
    for (const std::string& shell : *list) {
      const auto among = [&](const auto& names) {
        return std::find(std::begin(names), std::end(names), shell) != std::end(names);
      };
      // Those of Nix come with the configuration that has them.
      if (!among(kOwnShells) && !among(kNoShells) && !shell.starts_with("/run/current-system/") &&
          !shell.starts_with("/nix/") && !shell.starts_with("/etc/profiles/"))
        out.shells.push_back(shell);
    }
  std::sort(out.shells.begin(), out.shells.end());
  out.shells.erase(std::unique(out.shells.begin(), out.shells.end()), out.shells.end());
  return out;
}

std::vector<std::string> obstacles(const MacState& state, const MacWanted& wanted) {
  std::vector<std::string> out;
  if (wanted.managesNix && state.determinate) out.emplace_back("Determinate manages its Nix: set nix.enable = false");
  if (state.sourcesNix)
    out.emplace_back("/etc/profile reads nix-daemon.sh: remove the lines between `# Nix` and `# End Nix` there");
  if (state.oldKeys) out.emplace_back("/etc/ssh/authorized_keys.d is there: look through it, then remove it");
  if (wanted.primaryUser && !state.users.empty() && !state.users.contains(*wanted.primaryUser))
    out.push_back(fmt::format("system.primaryUser is {}, whom it does not know", *wanted.primaryUser));
  const bool checks = wanted.managesNix && wanted.checksBuildUsers && !state.determinate;
  if (checks && state.buildGroup && wanted.buildGroup && *state.buildGroup != *wanted.buildGroup)
    out.push_back(fmt::format("the group nixbld is {} there, and {} in the configuration", *state.buildGroup,
                              *wanted.buildGroup));
  if (checks && state.firstBuildUser && wanted.buildUsers && *state.firstBuildUser != *wanted.buildUsers + 1)
    out.push_back(fmt::format("_nixbld1 is {} there, and {} in the configuration", *state.firstBuildUser,
                              *wanted.buildUsers + 1));
  for (const auto& [name, uid] : wanted.users)
    if (const auto found = state.users.find(name); found != state.users.end() && found->second != uid)
      out.push_back(fmt::format("{0} is {1} there, and users.users.{0}.uid is {2}", name, found->second, uid));
  return out;
}

std::vector<std::string> lostSettings(const MacState& state, const MacWanted& wanted) {
  std::vector<std::string> out;
  if (state.managed || !wanted.managesNix) return out;
  // What nix-darwin writes anyway, and what only says where builders are.
  for (const std::string& name : state.settings)
    if (!has(wanted.settings, name) && name != "build-users-group" && !has(out, name)) out.push_back(name);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace fleetd::deploy
