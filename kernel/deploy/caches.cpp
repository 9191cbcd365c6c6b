// `nix path-info --store`, and what it means.
#include "kernel/deploy/caches.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/json.hpp"
#include "kernel/base/text.hpp"
#include "kernel/deploy/nix.hpp"
#include "kernel/process/left_behind.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;

constexpr auto kEvaluation = std::chrono::minutes(5);
constexpr auto kAnswer = std::chrono::seconds(60);

Result<process::Finished> nix(std::vector<std::string> words, std::chrono::milliseconds limit) {
  process::Command command;
  command.argv = {"nix", "--extra-experimental-features", "nix-command flakes"};
  command.argv.insert(command.argv.end(), std::make_move_iterator(words.begin()), std::make_move_iterator(words.end()));
  command.timeout = limit;
  return process::run(command);
}

Error unasked(std::string_view what, std::string_view why) {
  return {Code::FL0850, fmt::format("{}: {}", what, why), "", {}};
}

std::string why(const process::Finished& finished) {
  return finished.status.timedOut ? "it took too long" : reduceNixError(finished.errors, "");
}

// What of `nix show-config --json` the substituters are.
std::vector<std::string> substitutersOf(std::string_view text) {
  std::vector<std::string> out;
  const auto json = base::parseJson(text);
  const base::Json* setting = json ? json->find("substituters") : nullptr;
  const base::Json* value = setting ? setting->find("value") : nullptr;
  if (value && value->asArray())
    for (const auto& one : *value->asArray())
      if (one.asString() && !one.asString()->empty()) out.push_back(*one.asString());
  return out;
}

}  // namespace

Result<std::vector<std::string>> configuredCaches() {
  // Newer ones call it `config show`; both know the older name.
  FLEETD_TRY_ASSIGN(const auto said, nix({"show-config", "--json"}, kAnswer));
  if (said.status.success()) return substitutersOf(said.output);
  FLEETD_TRY_ASSIGN(const auto again, nix({"config", "show", "--json"}, kAnswer));
  if (!again.status.success()) return unasked("Nix does not tell its caches", why(again));
  return substitutersOf(again.output);
}

Result<std::string> outputOf(const std::string& root, const std::string& input, const std::string& system,
                             const std::string& package) {
  // Names are those of the flake's inputs; what a registry on the network knows is not asked for.
  FLEETD_TRY_ASSIGN(const std::string directory, base::makeTempDir("fleetd-registry"));
  const process::RemovedOnInterrupt removed(directory);
  const std::string registry = directory + "/registry.json";
  FLEETD_TRY(base::writeFileAtomic(registry, R"({"version": 2, "flakes": []})", 0600, base::Durability::Volatile));
  const auto attribute = fmt::format("{}#legacyPackages.{}.\"{}\".outPath", input, system, package);
  const auto asked = nix({"eval", "--raw", "--no-write-lock-file", "--option", "flake-registry", registry,
                          "--inputs-from", pathReference(root), attribute},
                         kEvaluation);
  static_cast<void>(base::removeTree(directory));
  if (!asked) return asked.error();
  const auto& said = *asked;
  std::string path(base::trim(said.output));
  if (said.status.success() && isStorePath(path)) return path;
  return unasked(fmt::format("Nix cannot evaluate {} of {} for {}", package, input, system), why(said));
}

CacheAnswer readCacheAnswer(bool success, std::string_view errors) {
  if (success) return {Cached::Yes, {}};
  for (const std::string_view words : {"is not valid", "does not exist in binary cache", "don't know how to build"})
    if (errors.find(words) != std::string_view::npos) return {Cached::No, {}};
  return {Cached::Unknown, reduceNixError(errors, "")};
}

CacheAnswer inCache(const std::string& cache, const std::string& path) {
  // Two that use Nix's own record of caches for the first time at once are in each other's way.
  CacheAnswer out;
  for (int tries = 0; tries < 3 && out.cached == Cached::Unknown; ++tries) {
    const auto said = nix({"path-info", "--store", cache, "--", path}, kAnswer);
    if (!said) return {Cached::Unknown, said.error().message};
    if (said->status.timedOut) return {Cached::Unknown, "it did not answer in time"};
    out = readCacheAnswer(said->status.success(), said->errors);
    if (out.why.find("SQLite") == std::string::npos) break;
  }
  return out;
}

}  // namespace fleetd::deploy
