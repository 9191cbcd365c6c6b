// Commands for Nix.
#include "kernel/deploy/nix.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/json.hpp"
#include "kernel/base/text.hpp"
#include "kernel/process/spawn.hpp"

extern char** environ;

namespace fleetd::deploy {

namespace {

using base::Code;

// A name as one part of a flake's attribute path.
std::string quoted(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\' || c == '$') out += '\\';
    out += c;
  }
  return out + '"';
}

std::vector<std::string> nix(std::string_view command) {
  return {"nix", "--extra-experimental-features", "nix-command flakes", std::string(command)};
}

// Our environment with these variables in place of those of the same names.
std::vector<std::string> environmentWith(const std::vector<std::pair<std::string, std::string>>& variables) {
  std::vector<std::string> out;
  for (char** one = environ; one && *one; ++one) {
    const std::string_view entry(*one);
    if (std::none_of(variables.begin(), variables.end(),
                     [&](const auto& v) { return entry.starts_with(v.first + "="); }))
      out.emplace_back(entry);
  }
  for (const auto& [name, value] : variables) out.push_back(fmt::format("{}={}", name, value));
  return out;
}

// What was built elsewhere comes here, so that it is known here and goes to hosts like any other system.
Result<void> fetchBuilt(const NixSettings& settings, const std::string& path) {
  process::Command command;
  command.argv = nix("copy");
  command.argv.insert(command.argv.end(), {"--no-check-sigs", "--from", settings.buildStore, path});
  command.environment = environmentWith({{"NIX_SSHOPTS", settings.sshOptions}});
  FLEETD_TRY_ASSIGN(const auto finished, process::run(command));
  if (finished.status.success()) return {};
  return Error{
      Code::FL0818,
      fmt::format("cannot copy {} from {}: {}", path, settings.buildStore, reduceNixError(finished.errors, "")),
      "",
      {}};
}

// `nix build --json` prints [{ "outputs": { "out": PATH } }].
std::string builtPath(std::string_view output) {
  const auto json = base::parseJson(output);
  const auto* list = json ? json->asArray() : nullptr;
  if (!list || list->size() != 1) return {};
  const base::Json* outputs = list->front().find("outputs");
  const std::string_view path = outputs ? outputs->stringOr("out", "") : "";
  return isStorePath(path) ? std::string(path) : std::string();
}

}  // namespace

bool isStorePath(std::string_view text) {
  constexpr std::string_view kStore = "/nix/store/";
  if (!text.starts_with(kStore) || text.size() < kStore.size() + 34 || text.size() > 300) return false;
  const std::string_view name = text.substr(kStore.size());
  const bool hash = std::all_of(name.begin(), name.begin() + 32,
                                [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
  return hash && name[32] == '-' && std::all_of(name.begin() + 33, name.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) || std::strchr("+-._?=", c);
         });
}

std::string logFile(const NixSettings& settings, const fleet::Host& host) {
  std::string name = fmt::format("{}-{}", host.klass, host.name);
  std::replace(name.begin(), name.end(), '/', '_');
  return fmt::format("{}/{}.log", settings.logs, name);
}

std::string systemAttribute(const fleet::Host& host) {
  if (host.klass == "home") return fmt::format("homeConfigurations.{}.activationPackage", quoted(host.name));
  return fmt::format("{}Configurations.{}.config.system.build.toplevel", host.klass, quoted(host.name));
}

std::string installAttribute(const fleet::Host& host, std::string_view name) {
  return fmt::format("nixosConfigurations.{}.fleetdInstall.config.system.build.{}", quoted(host.name), name);
}

std::string installReference(const std::string& tree, const fleet::Host& host) {
  return fmt::format("{}#nixosConfigurations.{}.fleetdInstall.config", pathReference(tree), host.name);
}

Result<std::string> buildSystem(const NixSettings& settings, const fleet::Host& host,
                                const std::function<void(std::string_view)>& line) {
  return buildAttribute(settings, host, systemAttribute(host), host.name, line);
}

Result<std::string> buildAttribute(const NixSettings& settings, const fleet::Host& host, const std::string& attribute,
                                   const std::string& what, const std::function<void(std::string_view)>& line) {
  process::Command command;
  command.argv = nix("build");
  command.argv.insert(command.argv.end(), {"--no-link", "--json", "--print-build-logs", "--no-write-lock-file"});
  // An input that is replaced for this run changes the lock in memory, which the next option would refuse.
  if (settings.locked && settings.overrides.empty()) command.argv.emplace_back("--no-update-lock-file");
  for (const auto& [input, reference] : settings.overrides)
    command.argv.insert(command.argv.end(), {"--override-input", input, reference});
  command.argv.insert(command.argv.end(), settings.options.begin(), settings.options.end());
  command.argv.push_back(fmt::format("{}#{}", pathReference(settings.tree), attribute));
  std::vector<std::pair<std::string, std::string>> variables;
  if (!settings.buildStore.empty()) {
    command.argv.insert(command.argv.end(), {"--store", settings.buildStore, "--eval-store", "auto"});
    variables.emplace_back("NIX_SSHOPTS", settings.sshOptions);
  }
  // The collector of Nix's evaluator keeps to this; builds are other processes' work.
  if (settings.evaluatorMemory > 0)
    variables.emplace_back("GC_MAXIMUM_HEAP_SIZE", fmt::format("{}M", settings.evaluatorMemory));
  if (!variables.empty()) command.environment = environmentWith(variables);
  command.maxErrors = std::size_t{16} << 20;
  std::string partial;
  command.onErrors = [&](std::string_view piece) {
    if (!line) return;
    partial += piece;
    for (auto end = partial.find('\n'); end != std::string::npos; end = partial.find('\n')) {
      line(std::string_view(partial).substr(0, end));
      partial.erase(0, end + 1);
    }
  };
  auto finished = process::run(command);
  if (!finished) return finished.error();
  const std::string log = logFile(settings, host);
  static_cast<void>(base::writeFileAtomic(log, finished->errors, 0600, base::Durability::Volatile));
  const std::string path = builtPath(finished->output);
  if (finished->status.success() && !path.empty()) {
    if (!settings.buildStore.empty()) FLEETD_TRY(fetchBuilt(settings, path));
    return path;
  }
  const bool noMemory = settings.evaluatorMemory > 0 && (finished->errors.find("bad_alloc") != std::string::npos ||
                                                         finished->errors.find("Out of Memory") != std::string::npos);
  if (noMemory)
    return Error{Code::FL0812,
                 fmt::format("the evaluation of {} needs more than {} MiB", what, settings.evaluatorMemory),
                 "give it more with --eval-memory",
                 {}};
  return Error{Code::FL0812,
               fmt::format("Nix cannot build {}: {}", what, reduceNixError(finished->errors, settings.fleet)),
               fmt::format("the whole log: {}", log),
               {}};
}

// Nix resolves a flake reference's fragment itself; a path needs its blanks and the like escaped.
std::string pathReference(std::string_view path) {
  std::string out = "path:";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || std::strchr("/-._~+@", c))
      out += c;
    else
      out += fmt::format("%{:02X}", byte);
  }
  return out;
}

Result<std::string> derivationOf(const std::string& reference, const fleet::Host& host, const std::string& fleet) {
  process::Command command;
  command.argv = nix("eval");
  command.argv.insert(command.argv.end(), {"--raw", "--no-write-lock-file",
                                           fmt::format("{}#{}.drvPath", reference, systemAttribute(host))});
  command.maxErrors = std::size_t{16} << 20;
  auto finished = process::run(command);
  if (!finished) return finished.error();
  std::string path(base::trim(finished->output));
  if (finished->status.success() && isStorePath(path)) return path;
  return Error{Code::FL0840,
               fmt::format("Nix cannot evaluate {}: {}", host.name, reduceNixError(finished->errors, fleet)),
               "",
               {}};
}

Result<void> copySystem(Ssh& ssh, const Address& to, const std::string& path, const std::string& remoteStore,
                        int stopFd) {
  auto options = ssh.options(to);
  if (!options) return options.error();
  process::Command command;
  command.argv = nix("copy");
  std::string store = fmt::format("ssh://{}", to.authority());
  if (!remoteStore.empty()) store += fmt::format("?remote-program={}", remoteStore);
  command.argv.insert(command.argv.end(), {"--no-check-sigs", "--to", store, path});
  command.environment = environmentWith({{"NIX_SSHOPTS", *options}});
  command.stopFd = stopFd;
  command.ownGroup = true;
  auto finished = process::run(command);
  if (!finished) return finished.error();
  if (finished->status.success()) return {};
  const bool unsignedPath = finished->errors.find("lacks a valid signature") != std::string::npos;
  return Error{Code::FL0818,
               fmt::format("cannot copy {} to {}: {}", path, to.text(), reduceNixError(finished->errors, "")),
               unsignedPath
                   ? fmt::format("let {} be one of the host's nix.settings.trusted-users, or log in as root", to.user)
                   : "",
               {}};
}

}  // namespace fleetd::deploy
