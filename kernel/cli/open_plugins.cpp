// Opening the plugins of this machine.
#include "kernel/cli/open_plugins.hpp"

#include <unistd.h>

#include <cstdlib>

#include <fmt/format.h>

#include "kernel/base/clock.hpp"
#include "kernel/base/terminal.hpp"
#include "kernel/base/text.hpp"
#include "kernel/process/crash.hpp"
#include "kernel/process/executable.hpp"
#include "kernel/state/directory.hpp"

namespace fleetd::cli {

std::vector<plugin::SearchPath> pluginPaths(const std::string& root) {
  const char* variable = std::getenv("FLEETD_PLUGIN_PATH");
  // Without a path of its own the program still finds plugins in the other places.
  const auto executable = process::executablePath();
  return plugin::searchPaths(variable ? variable : "", executable ? *executable : "", root);
}

namespace {

constexpr std::int64_t kMoment = 300'000'000;        // nanoseconds of work before progress is shown
constexpr std::int64_t kProgressEvery = 50'000'000;  // and between two lines of it

// What plugins say shows what takes long, on a terminal; elsewhere nobody is told, and plugins need not say it.
plugin::LogSink progressOf(Context& cx) {
  if (cx.quiet() || cx.json() || !base::isTerminal(STDERR_FILENO)) return {};
  return [&out = cx.out, next = base::monotonicNanos() + kMoment](const std::string& id, int,
                                                                  const std::string& text) mutable {
    const std::int64_t now = base::monotonicNanos();
    if (now < next) return;
    next = now + kProgressEvery;
    out.progress(fmt::format("{}: {}", id, text));
  };
}

}  // namespace

plugin::LogSink pluginLog(Context& cx) {
  if (!cx.verbose()) return progressOf(cx);
  const bool color = cx.out.colorMessages();
  return [color](const std::string& id, int, const std::string& text) {
    fmt::print(stderr, "{}{}:{} {}\n", color ? kDim.start : "", id, color ? Style::kEnd : "", base::sanitize(text));
  };
}

Result<plugin::TrustStore> trustStore() {
  FLEETD_TRY_ASSIGN(std::string directory, state::trustDirectory());
  return plugin::TrustStore(std::move(directory));
}

plugin::TrustCheck pluginTrust() {
  return [](const plugin::PluginFile& file) -> Result<std::string> {
    FLEETD_TRY_ASSIGN(const auto store, trustStore());
    return store.copyOf(file);
  };
}

namespace {

Result<plugin::Isolation> whoIsIsolated(const Context& cx) {
  if (cx.args.has("--isolate")) return *plugin::readIsolation(cx.args.value("--isolate"));
  const char* variable = std::getenv("FLEETD_ISOLATE");
  if (!variable || *variable == '\0') return *plugin::readIsolation("third-party");
  const auto out = plugin::readIsolation(variable);
  if (!out)
    return Error{base::Code::FL0903,
                 fmt::format("`{}` is no value of FLEETD_ISOLATE", shownWord(variable)),
                 fmt::format("one of {}", plugin::kIsolationWords),
                 {}};
  return *out;
}

}  // namespace

Result<plugin::Isolation> pluginIsolation(const Context& cx) {
  FLEETD_TRY_ASSIGN(auto out, whoIsIsolated(cx));
  std::vector<std::string> words = cx.args.values("--plugin-files");
  if (const char* variable = std::getenv("FLEETD_PLUGIN_FILES"))
    for (const auto word : base::split(variable, ':'))
      if (!word.empty()) words.emplace_back(word);
  for (const auto& word : words) FLEETD_TRY(plugin::addFiles(out, word));
  if (const char* variable = std::getenv("FLEETD_PLUGIN_SECONDS"); variable && *variable != '\0') {
    const auto seconds = plugin::readSeconds(variable);
    if (!seconds)
      return Error{base::Code::FL0903,
                   fmt::format("`{}` is no value of FLEETD_PLUGIN_SECONDS", shownWord(variable)),
                   "how long a plugin may take for one answer: 1 to 600",
                   {}};
    out.seconds = *seconds;
  }
  for (const auto& crash : process::crashes()) out.crashed.emplace(crash.name, crash.signal);
  return out;
}

plugin::Plugins openPlugins(Context& cx, const std::string& root) {
  plugin::PluginsOptions options;
  options.log = pluginLog(cx);
  options.trusted = pluginTrust();
  // A word that cannot be read must not open more than none does.
  auto isolation = pluginIsolation(cx);
  if (!isolation) cx.diagnostics.add(isolation.error());
  options.isolation = isolation ? *std::move(isolation) : *plugin::readIsolation("third-party");
  return plugin::Plugins::open(pluginPaths(root), std::move(options), cx.diagnostics);
}

std::vector<plugin::HostPlugins> selections(const std::vector<const fleet::Host*>& hosts) {
  std::vector<plugin::HostPlugins> out;
  out.reserve(hosts.size());
  for (const fleet::Host* host : hosts) out.push_back({host->name, host->klass, host->plugins, host->place});
  return out;
}

}  // namespace fleetd::cli
