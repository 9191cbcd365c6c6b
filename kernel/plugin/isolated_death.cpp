// Words for how a plugin's process ended.
#include "kernel/plugin/isolated_death.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/plugin/failure.hpp"
#include "kernel/process/confine.hpp"
#include "kernel/process/sandbox.hpp"

namespace fleetd::plugin {

namespace {

constexpr const char* kSandboxSays = "bwrap: ";
constexpr const char* kWithout =
    "install bubblewrap and allow users namespaces, or run it without a sandbox: --isolate=unsandboxed";

std::string withOutput(std::string message, const Death& death) {
  if (death.output.empty()) return message;
  message += "; its last output:";
  for (const auto& line : death.output) message += fmt::format("\n  {}", line);
  return message;
}

std::string doing(const Death& death, const std::string& during) {
  if (!death.greeted) return "while it started";
  return during.empty() ? "between two calls" : fmt::format("during {}", during);
}

}  // namespace

Error describeDeath(const std::string& id, const Death& death, const std::string& during) {
  if (!death.cannotStart.empty())
    return fail(Code::FL0328, fmt::format("plugin `{}` gets no process: {}", id, death.cannotStart), kWithout);
  const auto status = death.sandboxed ? process::insideSandbox(death.status) : death.status;
  const bool sandboxFailed = death.sandboxed && !death.greeted && death.cause == Cause::itself && status.signal == 0 &&
                             std::any_of(death.output.begin(), death.output.end(),
                                         [](const std::string& line) { return line.starts_with(kSandboxSays); });
  if (sandboxFailed)
    return fail(Code::FL0328, withOutput(fmt::format("there is no sandbox for plugin `{}`", id), death), kWithout);
  if (death.cause == Cause::deadline)
    return fail(
        Code::FL0329,
        withOutput(fmt::format("plugin `{}` did not {} in time; its process ended: {}", id,
                               death.greeted ? fmt::format("answer {}", during.empty() ? "bye" : during) : "start",
                               process::describe(status)),
                   death),
        "a defect of the plugin: tell its author, or take it out of the hosts' plugins");
  if (death.cause == Cause::conduct)
    return fail(
        death.said.code,
        withOutput(fmt::format("{}; its process ended: {}", death.said.message, process::describe(status)), death),
        "do not use this plugin before its author has explained it");
  if (status.signal == 0 && status.code == process::kMemoryExit)
    return fail(Code::FL0332,
                withOutput(fmt::format("plugin `{}` ended {}: it wants more than the {} MiB of memory it may have", id,
                                       doing(death, during), death.memory >> 20),
                           death),
                "a defect of the plugin, or a fleet it was not made for");
  return fail(
      Code::FL0327,
      withOutput(fmt::format("plugin `{}` ended {}: {}", id, doing(death, during), process::describe(status)), death),
      "a defect of the plugin: `fleetd plugin check` with its file names the call");
}

bool endsPlugin(Code code) { return (code >= Code::FL0327 && code <= Code::FL0332) || code == Code::FL0336; }

}  // namespace fleetd::plugin
