// Loading plugin libraries through Boost.DLL.
#include "kernel/plugin/library.hpp"

#include <dlfcn.h>

#include <exception>
#include <mutex>

// std::filesystem in place of boost_filesystem, which would be one more library to link.
#define BOOST_DLL_USE_STD_FS
#include <fmt/format.h>
#include <boost/dll/shared_library.hpp>

#include "kernel/base/text.hpp"
#include "kernel/plugin/failure.hpp"

namespace fleetd::plugin {

namespace {

namespace dll = boost::dll;

constexpr std::uint32_t kMinEntry = FLEET_FIELD_END_(fleet_entry_t, get_factory);
constexpr std::uint32_t kMinPlugin = FLEET_FIELD_END_(fleet_plugin_t, get_extension);
constexpr std::uint32_t kMaxStruct = 64 * 1024;  // larger sizes are garbage
constexpr std::uint32_t kMaxPlugins = 64;        // in one library

bool plausible(std::uint32_t size, std::uint32_t least) { return size >= least && size <= kMaxStruct; }

// entry.init and deinit of one library must not run at once, and two objects may stand for one library.
std::mutex& entryMutex() {
  static std::mutex mutex;
  return mutex;
}

Error incompatible(const std::string& path, std::string_view why) {
  return fail(Code::FL0304, fmt::format("`{}` is not compatible with this fleetd: {}", path, why),
              "rebuild it against the SDK of this fleetd");
}

Result<dll::shared_library> load(const std::string& path) {
  // Everything bound now, so that a missing symbol is found here and not in the middle of a run; nothing
  // shared between plugins; never unmapped, because code with thread-local state does not survive it.
  const auto mode =
      static_cast<dll::load_mode::type>(static_cast<unsigned>(dll::load_mode::rtld_now) |
                                        static_cast<unsigned>(dll::load_mode::rtld_local) | RTLD_NODELETE);
  try {
    return dll::shared_library(path,
                               mode);  // this form keeps the words of dlerror(), the one with an error code does not
  } catch (const std::exception& e) {
    return fail(Code::FL0303, fmt::format("`{}` cannot be loaded: {}", path, base::sanitize(e.what())));
  }
}

Result<const fleet_entry_t*> findEntry(const dll::shared_library& library, const std::string& path) {
  try {
    if (library.has(FLEET_ENTRY_SYMBOL)) return &library.get<const fleet_entry_t>(FLEET_ENTRY_SYMBOL);
    for (int major = 0; major < 16; ++major) {
      if (!library.has(fmt::format("fleet_entry_v{}", major).c_str())) continue;
      return fail(Code::FL0302,
                  fmt::format("`{}` is a plugin for version {} of the plugin ABI, this fleetd has version {}", path,
                              major, FLEET_VERSION_MAJOR),
                  "rebuild it against the SDK of this fleetd");
    }
  } catch (const std::exception& e) {
    return fail(Code::FL0303, fmt::format("`{}` cannot be searched: {}", path, base::sanitize(e.what())));
  }
  return fail(Code::FL0302,
              fmt::format("`{}` is not a fleetd plugin: it does not export `{}`", path, FLEET_ENTRY_SYMBOL));
}

Result<void> checkEntry(const fleet_entry_t& entry, const std::string& path) {
  if (!plausible(entry.struct_size, kMinEntry))
    return incompatible(path, fmt::format("its entry claims a size of {} bytes", entry.struct_size));
  if (!fleet_version_ok(FLEET_VERSION_INIT, entry.min_host)) {
    return incompatible(path, fmt::format("it needs version {} of the plugin ABI, this fleetd has {}",
                                          formatVersion(entry.min_host), formatVersion(FLEET_VERSION_INIT)));
  }
  if (!entry.init || !entry.deinit || !entry.get_factory) return incompatible(path, "its entry lacks a function");
  return {};
}

Result<const fleet_plugin_factory_t*> findFactory(const fleet_entry_t& entry, const std::string& path) {
  const auto* factory = static_cast<const fleet_plugin_factory_t*>(entry.get_factory(FLEET_PLUGIN_FACTORY));
  if (!factory || !factory->count || !factory->manifest || !factory->create)
    return incompatible(path, "it has no factory for plugins");
  return factory;
}

}  // namespace

struct Library::State {
  std::string path;
  dll::shared_library library;
  const fleet_entry_t* entry = nullptr;
  const fleet_plugin_factory_t* factory = nullptr;

  bool initialised = false;

  Result<void> init() {
    const std::lock_guard lock(entryMutex());
    CallError error;
    if (const auto status = entry->init(path.c_str(), error.c()); status != FLEET_OK)
      return pluginError(fmt::format("the library `{}`", path), error.take(status));
    initialised = true;
    return {};
  }
  ~State() {
    const std::lock_guard lock(entryMutex());
    if (initialised) entry->deinit();
  }
};

Library::Library(std::unique_ptr<State> state) : state_(std::move(state)) {}
Library::Library(Library&&) noexcept = default;
Library& Library::operator=(Library&&) noexcept = default;
Library::~Library() = default;

Result<Library> Library::open(const std::string& path) {
  if (path.empty() || path.front() != '/') return fail(Code::FL0303, fmt::format("`{}` is not an absolute path", path));
  auto state = std::make_unique<State>();
  state->path = path;
  FLEETD_TRY_ASSIGN(state->library, load(path));
  FLEETD_TRY_ASSIGN(state->entry, findEntry(state->library, path));
  FLEETD_TRY(checkEntry(*state->entry, path));
  FLEETD_TRY(state->init());
  FLEETD_TRY_ASSIGN(state->factory, findFactory(*state->entry, path));
  return Library(std::move(state));
}

Result<Manifest> Library::manifest(const std::string& id) const {
  const auto* factory = state_->factory;
  const std::uint32_t count = factory->count(factory);
  if (count == 0 || count > kMaxPlugins)
    return incompatible(state_->path, fmt::format("it claims to hold {} plugins", count));
  std::string others;
  for (std::uint32_t i = 0; i < count; ++i) {
    auto manifest = readManifest(factory->manifest(factory, i));
    if (!manifest) {
      Error why = std::move(manifest).error();
      why.message = fmt::format("`{}`: {}", state_->path, why.message);
      return why;
    }
    if (manifest->id == id) return manifest;
    others += fmt::format("{}`{}`", others.empty() ? "" : ", ", manifest->id);
  }
  return fail(Code::FL0305, fmt::format("`{}` holds no plugin `{}` but {}", state_->path, id, others),
              "a plugin's library must be called <id>.so");
}

Result<const fleet_plugin_t*> Library::create(const std::string& id, const fleet_host_t* host) const {
  CallError error;
  const fleet_plugin_t* plugin = state_->factory->create(state_->factory, host, id.c_str(), error.c());
  if (!plugin) return pluginError(fmt::format("plugin `{}`", id), error.take(error.c()->status));
  if (!plausible(plugin->struct_size, kMinPlugin))
    return incompatible(state_->path, fmt::format("its instance claims a size of {} bytes", plugin->struct_size));
  if (!plugin->init || !plugin->activate || !plugin->deactivate || !plugin->destroy || !plugin->get_extension)
    return incompatible(state_->path, "its instance lacks a function");
  return plugin;
}

}  // namespace fleetd::plugin
