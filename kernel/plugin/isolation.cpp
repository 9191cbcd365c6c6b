// Who is isolated, and how a host is started.
#include "kernel/plugin/isolation.hpp"

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/bus/limits.hpp"
#include "kernel/plugin/failure.hpp"
#include "kernel/plugin/manifest.hpp"
#include "kernel/process/executable.hpp"
#include "kernel/process/sandbox.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::plugin {

namespace {

constexpr const char* kProgram = "fleet-plugin-host";

Result<std::string> findHost(const std::string& given) {
  if (!given.empty()) return base::realPath(given);
  FLEETD_TRY_ASSIGN(const std::string self, process::executablePath());
  const std::string here = self.substr(0, self.rfind('/'));
  for (const auto& place :
       {fmt::format("{}/{}", here, kProgram), fmt::format("{}/../libexec/fleetd/{}", here, kProgram)})
    if (process::findProgram(place)) return base::realPath(place);
  return fail(Code::FL0328, fmt::format("the program `{}` was not found beside fleetd", kProgram),
              "install fleetd as a whole, or run plugins inside of it: --isolate=none");
}

}  // namespace

std::optional<Isolation> readIsolation(std::string_view word) {
  Isolation out;
  if (word.empty() || word == "all")
    out.who = Isolate::all;
  else if (word == "third-party" || word == "unsandboxed")
    out.who = Isolate::thirdParty;
  else if (word != "none")
    return std::nullopt;
  out.sandbox = word != "unsandboxed";
  return out;
}

bool canBeIsolated(const Isolation& isolation, const PluginFile& file) {
  return isolation.who != Isolate::none && !(file.bundled && file.id == "vars");
}

std::optional<unsigned> readSeconds(std::string_view word) {
  constexpr std::int64_t kMost = bus::kMaxTimeoutMs / 1000;  // what a message may ask for
  const auto number = base::parseInt(word);
  return number && *number >= 1 && *number <= kMost ? std::optional(static_cast<unsigned>(*number)) : std::nullopt;
}

bool isIsolated(const Isolation& isolation, const PluginFile& file) {
  if (isolation.crashed.contains(file.id) && canBeIsolated(isolation, file)) return true;
  switch (isolation.who) {
    case Isolate::none: return false;
    case Isolate::thirdParty: return !file.bundled;
    case Isolate::all: return canBeIsolated(isolation, file);
  }
  return true;
}

Result<void> addFiles(Isolation& isolation, std::string_view word) {
  const auto refuse = [&](std::string_view why) -> Error {
    return fail(Code::FL0903, fmt::format("`{}` shows a plugin no files: {}", base::sanitize(word.substr(0, 200)), why),
                "write ID=PATH, the id of a plugin and an absolute path");
  };
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos || equals == 0) return refuse("it has no id and path");
  const std::string id(word.substr(0, equals)), path(word.substr(equals + 1));
  if (!isPluginId(id)) return refuse("that is no id of a plugin");
  if (!path.starts_with('/')) return refuse("the path is not absolute");
  auto real = base::realPath(path);
  if (!real) return refuse("there is nothing at that path");
  if (*real == "/") return refuse("that would be everything");
  isolation.files[id].push_back(*std::move(real));
  return {};
}

Result<std::vector<std::string>> hostCommand(const Isolation& isolation, const std::string& id,
                                             const std::string& library, const std::string& socketDirectory) {
  FLEETD_TRY_ASSIGN(const std::string host, findHost(isolation.program));
  if (!isolation.sandbox) return std::vector<std::string>{host};
  process::SandboxPlan plan;
  plan.readable = process::systemLibraries();
  plan.readable.insert(plan.readable.end(), {host, library, socketDirectory});
  if (const auto shown = isolation.files.find(id); shown != isolation.files.end())
    plan.readable.insert(plan.readable.end(), shown->second.begin(), shown->second.end());
  plan.command = {host};
  plan.terminals = false;
  return process::sandboxCommand(plan);
}

}  // namespace fleetd::plugin
