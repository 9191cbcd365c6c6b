// What a plugin host does before and after it serves its plugin.
#include "kernel/plugin/isolated_main.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/plugin/isolated_config.hpp"

namespace fleetd::plugin {

namespace {

constexpr int kNotOurs = 2, kBroken = 3;
constexpr std::uint64_t kMostConfig = 2ull * FLEET_MAX_MESSAGE;

int complain(int code, std::string_view text) {
  fmt::print(stderr, "fleet-plugin-host: {}\n", text);
  return code;
}

// Log lines of all threads, one write each. Nobody who listens means nobody to tell.
LogSink logTo(int fd) {
  return [fd, mutex = std::make_shared<std::mutex>()](const std::string&, int level, const std::string& text) {
    const std::string line = fmt::format("{}{}\n", level, text);
    const std::lock_guard lock(*mutex);
    for (std::string_view rest = line; !rest.empty();) {
      const ssize_t done = ::write(fd, rest.data(), rest.size());
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(done));
    }
  };
}

}  // namespace

int runPluginHost() {
  if (::isatty(STDIN_FILENO) != 0) return complain(kNotOurs, "this program is started by fleetd, for one plugin");
  const auto text = base::readDescriptor(STDIN_FILENO, "standard input", kMostConfig);
  auto config = text ? decodeConfig(*text) : Result<IsolatedConfig>(text.error());
  if (!config) return complain(kNotOurs, config.error().message);
  const int log = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (log < 0 || nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
    return complain(kBroken, "its streams cannot be set aside");
  ::close(nothing);
  config->host.log = logTo(log);
  if (const auto limited = process::limitSelf(config->ceilings); !limited)
    return complain(kBroken, limited.error().message);
  process::reportMemoryCeiling(config->ceilings.memory);
  // Once connected it needs no further socket: neither does the plugin.
  config->host.beforeLoading = [] { return process::lockDown(); };
  {
    const auto context = bus::Context::create(1);
    if (!context) return complain(kBroken, context.error().message);
    servePlugin(*context, config->host);
  }
  // What a plugin left behind (threads, handlers of exit) has no say in how this ends.
  ::fsync(STDERR_FILENO);
  ::_exit(0);
}

}  // namespace fleetd::plugin
