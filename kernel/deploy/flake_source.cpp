// Asking Nix.
#include "kernel/deploy/flake_source.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/json.hpp"
#include "kernel/base/text.hpp"
#include "kernel/deploy/nix.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::deploy {

using base::Code;

Result<std::string> flakeSource(const std::string& reference) {
  process::Command command;
  command.argv = {"nix",
                  "--extra-experimental-features",
                  "nix-command flakes",
                  "flake",
                  "metadata",
                  "--json",
                  "--no-write-lock-file",
                  reference};
  FLEETD_TRY_ASSIGN(const auto finished, process::run(command));
  const auto json = base::parseJson(finished.output);
  std::string path(json ? json->stringOr("path", "") : "");
  if (finished.status.success() && isStorePath(path)) return path;
  return Error{Code::FL0840, fmt::format("Nix does not tell where it has {}", reference), "", {}};
}

bool derivationNeeds(const std::string& derivation, const std::string& path) {
  process::Command command;
  command.argv = {"nix-store", "--query", "--requisites", derivation};
  const auto said = process::runForOutput(command);
  if (!said) return false;
  const auto lines = base::splitLines(*said);
  return std::find(lines.begin(), lines.end(), path) != lines.end();
}

}  // namespace fleetd::deploy
