// Finding programs and describing how they ended.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fmt/core.h>

#include "kernel/base/text.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::process {

namespace {

bool isExecutable(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

constexpr std::pair<int, const char*> kSignals[] = {
    {SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},   {SIGQUIT, "SIGQUIT"}, {SIGILL, "SIGILL"},   {SIGTRAP, "SIGTRAP"},
    {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGKILL, "SIGKILL"}, {SIGUSR1, "SIGUSR1"},
    {SIGSEGV, "SIGSEGV"}, {SIGUSR2, "SIGUSR2"}, {SIGPIPE, "SIGPIPE"}, {SIGALRM, "SIGALRM"}, {SIGTERM, "SIGTERM"},
    {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"}, {SIGSYS, "SIGSYS"},
};

}  // namespace

std::string signalName(int signal) {
  for (const auto& [number, name] : kSignals)
    if (number == signal) return name;
  return fmt::format("signal {}", signal);
}

std::string describe(const ExitStatus& status) {
  if (status.timedOut) return "stopped after its time limit";
  if (status.signal == 0) return fmt::format("exit status {}", status.code);
  const std::string name = signalName(status.signal);
  const char* meaning = ::strsignal(status.signal);
  return meaning ? fmt::format("killed by {} ({})", name, meaning) : fmt::format("killed by {}", name);
}

std::optional<std::string> findProgram(std::string_view name, std::string_view path) {
  if (name.empty() || name.find('\0') != std::string_view::npos) return std::nullopt;
  if (name.find('/') != std::string_view::npos) {
    std::string given(name);
    return isExecutable(given) ? std::optional(std::move(given)) : std::nullopt;
  }
  if (path.empty()) {
    const char* ours = std::getenv("PATH");
    path = ours ? ours : "/usr/local/bin:/usr/bin:/bin";
  }
  for (const std::string_view dir : base::split(path, ':')) {
    if (dir.empty()) continue;
    std::string candidate = fmt::format("{}/{}", dir, name);
    if (isExecutable(candidate)) return candidate;
  }
  return std::nullopt;
}

}  // namespace fleetd::process
