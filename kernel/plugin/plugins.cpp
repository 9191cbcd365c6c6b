// Finding, selecting and loading plugins.
#include "kernel/plugin/plugins.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fleet/cxx/value_codec.hpp>

#include "kernel/base/guarded_file.hpp"
#include "kernel/base/suggest.hpp"
#include "kernel/bus/errors.hpp"
#include "kernel/plugin/exchange.hpp"
#include "kernel/plugin/failure.hpp"
#include "kernel/plugin/plugins_state.hpp"
#include "kernel/plugin/told.hpp"
#include "kernel/process/worker.hpp"

namespace fleetd::plugin {

namespace {

// The error a plugin host sent in place of a hello. Those that fleetd's own code found carry its code.
Error helloError(const std::string& id, std::string_view body) {
  const auto error = bus::parseError(body);
  if (const auto code = base::codeFromId(error.code); code && error.path.empty())
    return fail(*code, error.message, error.hint);
  return pluginError(called(id), error);
}

Result<Manifest> readHello(const std::string& id, Result<bus::Message> hello) {
  if (!hello) return std::move(hello).error();
  if (hello->header.kind != bus::Kind::hello) return helloError(id, hello->body);
  auto manifest = decodeManifest(hello->body);
  if (!manifest) {
    const Error& why = manifest.error();
    return fail(why.code, fmt::format("plugin `{}`: {}", id, why.message), why.hint);
  }
  if (manifest->id != id) return fail(Code::FL0305, fmt::format("plugin `{}` says it is `{}`", id, manifest->id));
  return manifest;
}

void addOnce(Diagnostics& diagnostics, const Error& error, const HostPlugins& host, std::size_t hosts) {
  auto out = Diagnostic::from(error);
  if (!out.span) out.span = host.place;
  out.host = host.host;
  if (hosts > 1) out.notes.push_back(fmt::format("{} hosts select it", hosts));
  diagnostics.add(std::move(out));
}

}  // namespace

std::string called(const std::string& id) { return fmt::format("plugin `{}`", id); }

const PluginFile* Plugins::State::find(const std::string& id) const {
  const auto at = std::lower_bound(files.begin(), files.end(), id,
                                   [](const PluginFile& file, const std::string& wanted) { return file.id < wanted; });
  return at != files.end() && at->id == id ? &*at : nullptr;
}

bool Plugins::State::movable(const std::string& id) const {
  const auto* file = find(id);
  return file && canBeIsolated(options.isolation, *file);
}

Error Plugins::State::unknown(const std::string& id) const {
  std::vector<std::string_view> names;
  for (const auto& file : files) names.push_back(file.id);
  auto hint = base::didYouMean(base::nearestNames(id, names));
  if (hint.empty())
    hint = files.empty() ? "no plugin directory holds a plugin" : "`fleetd plugins` lists the plugins there are";
  return fail(Code::FL0301, fmt::format("there is no plugin `{}`", id), std::move(hint));
}

Result<void> Plugins::State::openBus() {
  if (bus) return {};
  // One that does not come back is started again in a process of its own.
  const bool reachable = std::any_of(files.begin(), files.end(),
                                     [&](const PluginFile& one) { return canBeIsolated(options.isolation, one); });
  FLEETD_TRY_ASSIGN(auto thread, bus::BusThread::start({}, reachable));
  FLEETD_TRY_ASSIGN(told, Told::start(*thread, options.log, options.events));
  bus = std::move(thread);
  log = Told::sink(*bus, options.log);
  exchange = std::make_unique<Exchange>(*bus, log);
  return {};
}

void Plugins::State::begin(const std::string& id) {
  if (loaded.contains(id)) return;
  if (process::Worker::is()) process::Worker::giveUp();
  LoadedPlugin& plugin = loaded[id];
  const auto* file = find(id);
  if (!file) {
    plugin.failure = unknown(id);
    return;
  }
  std::string path = file->path;
  if (file->origin == Origin::fleet) {
    auto copy = options.trusted ? options.trusted(*file) : Result<std::string>(notTrusted(*file));
    if (!copy) {
      plugin.failure = std::move(copy).error();
      return;
    }
    path = *std::move(copy);
  }
  // From here on the path without links: only root and this user can make it lead to something else.
  auto guarded = base::openGuarded(path);
  if (!guarded) {
    plugin.failure = std::move(guarded).error();
    return;
  }
  plugin.library = std::move(guarded->path);
  if (auto opened = openBus(); !opened) {
    plugin.failure = std::move(opened).error();
    return;
  }
  if (const auto settings = options.settings.find(id); settings != options.settings.end()) {
    sdk::Packer out;
    sdk::pack(out, settings->second);
    plugin.settings = out.take();
  }
  static_cast<void>(happened(plugin, Event::start));
  launch(id, plugin, isIsolated(options.isolation, *file));
}

Result<LoadedPlugin*> Plugins::State::up(const std::string& id) {
  begin(id);
  LoadedPlugin& plugin = loaded.at(id);
  if (plugin.hello) {
    auto hello = plugin.hello->get();
    plugin.hello.reset();
    const bool came = hello.ok();
    if (came && plugin.isolated) plugin.isolated->greeted();
    auto manifest = readHello(id, std::move(hello));
    static_cast<void>(came ? happened(plugin, manifest ? Event::hello : Event::refused) : Step{});
    if (manifest) {
      exchange->add(plugin.routingId, *manifest);
      plugin.manifest = *std::move(manifest);
    } else {
      plugin.failure = came ? std::move(manifest).error() : failedToStart(id, plugin, manifest.error());
    }
  }
  if (plugin.failure) return *plugin.failure;
  return &plugin;
}

Plugins::Plugins(std::unique_ptr<State> state) : state_(std::move(state)) {}
Plugins::Plugins(Plugins&&) noexcept = default;
Plugins& Plugins::operator=(Plugins&&) noexcept = default;
Plugins::~Plugins() = default;

Plugins Plugins::open(const std::vector<SearchPath>& paths, PluginsOptions options, Diagnostics& diagnostics) {
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  if (state->options.callMs == 0) state->options.callMs = state->options.isolation.seconds * 1000;
  state->files = findPlugins(paths, diagnostics);
  return Plugins(std::move(state));
}

const std::vector<PluginFile>& Plugins::files() const { return state_->files; }

bool Plugins::configure(const std::string& id, PluginValue settings) {
  if (state_->loaded.contains(id)) return false;
  state_->options.settings.insert_or_assign(id, std::move(settings));
  return true;
}

std::vector<std::vector<std::string>> Plugins::select(const std::vector<HostPlugins>& hosts, Diagnostics& diagnostics) {
  std::map<std::string, std::vector<const HostPlugins*>> byId;
  for (const auto& host : hosts)
    for (const auto& id : std::set<std::string>(host.ids.begin(), host.ids.end())) byId[id].push_back(&host);
  for (const auto& [id, selecting] : byId) state_->begin(id);  // all load side by side
  for (const auto& [id, selecting] : byId)
    if (auto plugin = state_->up(id); !plugin)
      addOnce(diagnostics, plugin.error(), *selecting.front(), selecting.size());

  std::vector<std::vector<std::string>> out;
  for (const auto& host : hosts) {
    std::vector<const Manifest*> manifests;
    for (const auto& id : std::set<std::string>(host.ids.begin(), host.ids.end()))
      if (auto plugin = state_->up(id)) manifests.push_back(&*(*plugin)->manifest);
    checkSelection(host, manifests, diagnostics);
    std::erase_if(manifests, [&](const Manifest* manifest) { return !manifest->serves(host.hostClass); });
    auto order = workOrder(manifests);
    if (!order) addOnce(diagnostics, order.error(), host, 1);
    out.push_back(order ? *std::move(order) : std::vector<std::string>());
  }
  state_->tellNotices(diagnostics);
  return out;
}

Result<const Manifest*> Plugins::manifest(const std::string& id) {
  FLEETD_TRY_ASSIGN(const auto* plugin, state_->up(id));
  return &*plugin->manifest;
}

void Plugins::State::reportRefusals(Diagnostics& diagnostics) {
  if (!exchange) return;
  for (auto& error : exchange->takeRefusals()) diagnostics.add(error);
}

void Plugins::tellEnds(Diagnostics& diagnostics) {
  state_->noticeEnds();
  state_->noticeCrashes();
  state_->tellNotices(diagnostics);
  state_->reportRefusals(diagnostics);
}

std::map<std::string, Touched> Plugins::touched() const {
  std::map<std::string, Touched> out;
  for (const auto& [id, plugin] : state_->loaded) {
    if (!plugin.host || plugin.hello) continue;  // refused before anything of it ran, or nobody waited for it
    Touched& one = out.emplace(id, plugin.touched).first->second;
    if (plugin.manifest) one.version = plugin.manifest->version;
    if (const auto* file = state_->find(id)) one.file = file->path;
    if (plugin.failure) one.refuse(*plugin.failure);
    state_->exchange->count(id, one.published, one.received);
  }
  return out;
}

}  // namespace fleetd::plugin
