// Writing down commands that run something in a sandbox.
#include "kernel/process/sandbox.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"

namespace fleetd::process {

namespace {

constexpr const char* kTmpBytes = "67108864";

Result<void> checkPath(const std::string& path) {
  const auto parts = base::split(path, '/');
  if (path.size() > 1 && path.front() == '/' && path.find('\0') == std::string::npos &&
      std::find(parts.begin(), parts.end(), "..") == parts.end())
    return {};
  return Error{Code::FL0001, fmt::format("`{}` cannot be shown inside a sandbox", base::sanitize(path)), "", {}};
}

Result<void> checkPlan(const SandboxPlan& plan) {
  if (plan.command.empty()) return Error{Code::FL0001, "a sandbox needs a command", "", {}};
  FLEETD_TRY(checkPath(plan.command.front()));
  for (const auto& path : plan.readable) FLEETD_TRY(checkPath(path));
  for (const auto& path : plan.writable) FLEETD_TRY(checkPath(path));
  for (const auto& [path, target] : plan.links) FLEETD_TRY(checkPath(path));
  return {};
}

#ifdef __linux__
// A name that only leads to something that is shown anyway (/lib to usr/lib) becomes a link.
SandboxPlan withLinks(SandboxPlan plan) {
  const auto shown = [&](const std::string& real) {
    return std::any_of(plan.readable.begin(), plan.readable.end(),
                       [&](const std::string& path) { return path == real || real.starts_with(path + "/"); });
  };
  std::vector<std::string> readable;
  for (const auto& path : plan.readable) {
    std::array<char, 256> target{};
    const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
    const auto real = size > 0 ? base::realPath(path) : Result<std::string>(path);
    const bool link =
        size > 0 && static_cast<std::size_t>(size) < target.size() && real && *real != path && shown(*real);
    if (link)
      plan.links.emplace_back(path, std::string(target.data(), static_cast<std::size_t>(size)));
    else
      readable.push_back(path);
  }
  plan.readable = std::move(readable);
  return plan;
}
#endif

// Parents before what lies below them.
template <class T>
std::vector<T> sorted(std::vector<T> paths) {
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

// A string of the profile language.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

ExitStatus insideSandbox(ExitStatus status) {
  constexpr int kShell = 128, kSignals = 64;
  if (status.signal == 0 && status.code > kShell && status.code <= kShell + kSignals) {
    status.signal = status.code - kShell;
    status.code = 0;
  }
  return status;
}

std::vector<std::string> systemLibraries() {
#ifdef __APPLE__
  const char* const places[] = {"/usr/lib",      "/usr/share", "/System",        "/Library/Frameworks",
                                "/opt/homebrew", "/usr/local", "/opt/local/lib", "/nix/store"};
#else
  const char* const places[] = {"/usr/lib", "/usr/lib64", "/usr/local/lib",   "/lib",
                                "/lib64",   "/nix/store", "/etc/ld.so.cache", "/gnu/store"};
#endif
  std::vector<std::string> out;
  struct stat status {};
  for (const char* place : places)
    if (::stat(place, &status) == 0) out.emplace_back(place);
  return out;
}

Result<std::vector<std::string>> bubblewrapArguments(const std::string& bubblewrap, const SandboxPlan& plan) {
  FLEETD_TRY(checkPlan(plan));
  std::vector<std::string> out{
      bubblewrap, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL", "--proc",
      "/proc",    "--size",        kTmpBytes,           "--tmpfs",       "/tmp",       "--chdir",    "/tmp"};
  if (plan.terminals)
    out.insert(out.end(), {"--dev", "/dev"});
  else
    for (const char* device : {"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"})
      out.insert(out.end(), {"--dev-bind", device, device});
  for (const auto& [name, value] : plan.environment) out.insert(out.end(), {"--setenv", name, value});
  // Writable ones last: they may lie below a readable one.
  for (const auto& path : sorted(plan.readable)) out.insert(out.end(), {"--ro-bind", path, path});
  for (const auto& path : sorted(plan.writable)) out.insert(out.end(), {"--bind", path, path});
  for (const auto& [path, target] : sorted(plan.links)) out.insert(out.end(), {"--symlink", target, path});
  // Only /tmp, which has a size, can be filled.
  if (plan.terminals) out.insert(out.end(), {"--remount-ro", "/dev"});
  out.insert(out.end(), {"--remount-ro", "/", "--"});
  out.insert(out.end(), plan.command.begin(), plan.command.end());
  return out;
}

Result<std::string> seatbeltProfile(const SandboxPlan& plan) {
  FLEETD_TRY(checkPlan(plan));
  std::string out =
      "(version 1)\n"
      "(deny default)\n"
      "(allow process-exec (literal " +
      quoted(plan.command.front()) +
      "))\n"
      "(allow signal (target self))\n"
      "(allow sysctl-read)\n"
      "(allow system-socket (socket-domain AF_UNIX))\n"
      "(allow mach-lookup (global-name \"com.apple.system.logger\"))\n"
      "(allow file-read-metadata)\n"
      "(allow file-read* (literal \"/\") (literal \"/dev/null\") (literal \"/dev/urandom\") (literal \"/dev/random\"))\n"
      "(allow file-write-data (literal \"/dev/null\"))\n";
  out += fmt::format("(allow file-read* file-map-executable (literal {}))\n", quoted(plan.command.front()));
  for (const auto& path : sorted(plan.readable)) {
    out += fmt::format("(allow file-read* file-map-executable (subpath {}))\n", quoted(path));
    out += fmt::format("(allow network-outbound (remote unix-socket (subpath {})))\n", quoted(path));
  }
  for (const auto& path : sorted(plan.writable))
    out += fmt::format("(allow file-read* file-write* (subpath {}))\n", quoted(path));
  return out;
}

Result<std::vector<std::string>> sandboxCommand(const SandboxPlan& plan) {
#if defined(__linux__)
  const auto program = findProgram("bwrap");
  if (!program)
    return Error{Code::FL0328,
                 "there is no sandbox: the program `bwrap` was not found",
                 "install bubblewrap; `fleetd explain FL0328` tells what else can be done",
                 {}};
  return bubblewrapArguments(*program, withLinks(plan));
#elif defined(__APPLE__)
  const auto program = findProgram("/usr/bin/sandbox-exec");
  if (!program)
    return Error{Code::FL0328,
                 "there is no sandbox: /usr/bin/sandbox-exec was not found",
                 "`fleetd explain FL0328` tells what can be done",
                 {}};
  FLEETD_TRY_ASSIGN(const std::string profile, seatbeltProfile(plan));
  std::vector<std::string> out{*program, "-p", profile};
  out.insert(out.end(), plan.command.begin(), plan.command.end());
  return out;
#else
  static_cast<void>(plan);
  return Error{
      Code::FL0328, "fleetd knows no sandbox of this system", "`fleetd explain FL0328` tells what can be done", {}};
#endif
}

}  // namespace fleetd::process
