// Asking the clock, the environment and git.
#include "kernel/cli/circumstances.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string_view>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::cli {

std::int64_t secondsSinceEpoch() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string timeText(std::int64_t seconds) {
  if (seconds <= 0) return "never";
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  if (!::localtime_r(&time, &parts)) return {};
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min);
}

std::string whoDeploys() {
  const char* user = std::getenv("USER");
  char machine[256] = "";
  if (::gethostname(machine, sizeof machine - 1) != 0) machine[0] = '\0';
  return fmt::format("{}@{}", user && *user ? user : "somebody", machine);
}

std::string revisionOf(const std::string& root) {
  process::Command command;
  command.argv = {"git",      "-C",
                  root,       "--no-optional-locks",
                  "-c",       "core.fsmonitor=false",
                  "status",   "--porcelain=v2",
                  "--branch", "--untracked-files=no"};
  const auto said = process::runForOutput(command);
  if (!said) return {};
  std::string commit;
  bool dirty = false;
  for (const std::string_view line : base::splitLines(*said)) {
    constexpr std::string_view kCommit = "# branch.oid ";
    constexpr std::size_t kShown = 12;
    if (line.starts_with(kCommit)) commit = line.substr(kCommit.size(), kShown);
    dirty = dirty || (!line.empty() && line[0] != '#');
  }
  if (commit.empty() || commit.starts_with('(')) return {};  // "(initial)"
  return dirty ? commit + "-dirty" : commit;
}

}  // namespace fleetd::cli
