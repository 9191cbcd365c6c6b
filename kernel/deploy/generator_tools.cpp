// One `nix build` for all scripts; each gives a file that says what it runs with.
#include "kernel/deploy/generator_tools.hpp"

#include <map>

#include <fmt/format.h>
#include <fleet/cxx/nix_text.hpp>

#include "kernel/base/file.hpp"
#include "kernel/base/host_system.hpp"
#include "kernel/base/json.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;
using base::Json;

constexpr std::size_t kMostText = 4u << 20;  // bytes of one file

std::string keyOf(const GeneratorScript& one) {
  return fmt::format("{}/{}/{}", one.host->klass, one.host->name, one.generator);
}

std::string reference(const NixSettings& settings, const GeneratorScript& one) {
  return fmt::format("{}#fleetdGenerators.{}.{}.{}.{}", pathReference(settings.tree),
                     ::fleet::nix::quoted(base::hostSystem()), one.host->klass, ::fleet::nix::quoted(one.host->name),
                     ::fleet::nix::quoted(one.generator));
}

Error strange() { return {Code::FL0741, "Nix built something else than the tools of a script", "", {}}; }

Result<std::pair<std::string, GeneratorTools>> readTools(const std::string& path) {
  FLEETD_TRY_ASSIGN(const std::string text, base::readFile(path, kMostText));
  FLEETD_TRY_ASSIGN(const Json json, base::parseJson(text));
  GeneratorTools out{std::string(json.stringOr("shell", "")),
                     std::string(json.stringOr("coreutils", "")),
                     {},
                     std::string(json.stringOr("script", ""))};
  const Json* list = json.find("path");
  if (out.shell.empty() || out.coreutils.empty() || !list || !list->asArray()) return strange();
  for (const Json& one : *list->asArray()) {
    if (!one.asString()) return strange();
    out.path.push_back(*one.asString());
  }
  return std::pair{std::string(json.stringOr("of", "")), std::move(out)};
}

}  // namespace

Result<std::vector<GeneratorTools>> buildGeneratorTools(const NixSettings& settings,
                                                        const std::vector<GeneratorScript>& scripts) {
  process::Command command;
  command.argv = {"nix",    "--extra-experimental-features", "nix-command flakes", "build", "--no-link",
                  "--json", "--no-write-lock-file"};
  if (settings.locked && settings.overrides.empty()) command.argv.emplace_back("--no-update-lock-file");
  for (const auto& [input, flake] : settings.overrides)
    command.argv.insert(command.argv.end(), {"--override-input", input, flake});
  command.argv.insert(command.argv.end(), settings.options.begin(), settings.options.end());
  for (const auto& one : scripts) command.argv.push_back(reference(settings, one));
  command.maxErrors = std::size_t{16} << 20;
  FLEETD_TRY_ASSIGN(const auto finished, process::run(command));
  if (!finished.status.success())
    return Error{Code::FL0741,
                 fmt::format("Nix cannot build what the scripts of generators run with: {}",
                             reduceNixError(finished.errors, settings.fleet)),
                 "",
                 {}};
  const auto json = base::parseJson(finished.output);
  if (!json || !json->asArray()) return strange();
  std::map<std::string, GeneratorTools> found;
  for (const Json& one : *json->asArray()) {
    const Json* outputs = one.find("outputs");
    const std::string path(outputs ? outputs->stringOr("out", "") : "");
    if (!isStorePath(path)) return strange();
    FLEETD_TRY_ASSIGN(auto tools, readTools(path));
    found.insert(std::move(tools));
  }
  std::vector<GeneratorTools> out;
  for (const auto& one : scripts) {
    const auto tools = found.find(keyOf(one));
    if (tools == found.end()) return strange();
    out.push_back(tools->second);
  }
  return out;
}

}  // namespace fleetd::deploy
