// Writing down bubblewrap commands.
#include "kernel/process/sandbox.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "kernel/base/text.hpp"

namespace fleetd::process {

namespace {

Result<void> checkPath(const std::string& path) {
  const auto parts = base::split(path, '/');
  if (path.size() > 1 && path.front() == '/' && path.find('\0') == std::string::npos &&
      std::find(parts.begin(), parts.end(), "..") == parts.end())
    return {};
  return Error{Code::FL0001, fmt::format("`{}` cannot be shown inside a sandbox", base::sanitize(path)), "", {}};
}

}  // namespace

Result<std::vector<std::string>> bubblewrapArguments(const std::string& bubblewrap, const SandboxPlan& plan) {
  if (plan.command.empty()) return Error{Code::FL0001, "a sandbox needs a command", "", {}};
  FLEETD_TRY(checkPath(plan.command.front()));
  std::vector<std::string> out{bubblewrap,      "--unshare-all", "--die-with-parent",
                               "--new-session", "--clearenv",    "--cap-drop",
                               "ALL",           "--proc",        "/proc",
                               "--dev",         "/dev",          "--tmpfs",
                               "/tmp",          "--chdir",       "/tmp"};
  // Writable ones last: they may lie below a readable one.
  const auto show = [&](const char* how, std::vector<std::string> paths) -> Result<void> {
    std::sort(paths.begin(), paths.end());  // parents before what lies below them
    for (const auto& path : paths) {
      FLEETD_TRY(checkPath(path));
      out.insert(out.end(), {how, path, path});
    }
    return {};
  };
  FLEETD_TRY(show("--ro-bind", plan.readable));
  FLEETD_TRY(show("--bind", plan.writable));
  out.emplace_back("--");
  out.insert(out.end(), plan.command.begin(), plan.command.end());
  return out;
}

}  // namespace fleetd::process
