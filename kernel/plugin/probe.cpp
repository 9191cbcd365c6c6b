// The life of a plugin in a probe: load, manifest, life cycle, each extension twice.
#include "kernel/plugin/probe.hpp"

#include <dlfcn.h>

#include <algorithm>

#include <fmt/format.h>

#include "kernel/plugin/failure.hpp"
#include "kernel/plugin/library.hpp"
#include "kernel/plugin/probe_impl.hpp"
#include "kernel/plugin/schema_lint.hpp"

namespace fleetd::plugin {

namespace {

// Once for each thing a person who installs a plugin looks for.
void lintManifest(Prober& probe, const Manifest& manifest) {
  const auto warn = [&](std::string what, std::string hint) {
    probe.find(fail(Code::FL0346, std::move(what), std::move(hint)));
  };
  if ((manifest.flags & FLEET_MF_ISOLATE) != 0 && (manifest.flags & FLEET_MF_IN_PROCESS) != 0)
    warn("the flags ask for a process of its own and for none", "keep FLEET_MF_ISOLATE or FLEET_MF_IN_PROCESS");
  if (manifest.name.size() > 80) warn("the name is longer than 80 bytes", "put the rest into the description");
  if (manifest.version.find('.') == std::string::npos)
    warn(fmt::format("the version `{}` has one part only", manifest.version), "write three: 1.0.0");
  if (manifest.role == Role::platform && manifest.platforms.empty())
    warn("a platform names no class of hosts", "list the class it knows under `platforms`");
  const auto twice = [&](std::string_view field, auto items) {
    std::sort(items.begin(), items.end());
    if (std::adjacent_find(items.begin(), items.end()) != items.end())
      warn(fmt::format("`{}` lists something twice", field), "list it once");
  };
  twice("writes", manifest.writes);
  twice("reads", manifest.reads);
  twice("platforms", manifest.platforms);
  twice("requires", manifest.requires_);
  for (const auto& id : manifest.requires_)
    if (id == manifest.id) warn("the plugin requires itself", "take it out of `requires`");
}

// The library's own entry, which is loaded already.
const fleet_entry_t* loadedEntry(const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
  if (!handle) return nullptr;
  const auto* entry = static_cast<const fleet_entry_t*>(dlsym(handle, FLEET_ENTRY_SYMBOL));
  dlclose(handle);  // the count only: it stays loaded
  return entry;
}

Result<std::string> chooseId(Prober& probe, const std::string& path, const fleet_plugin_factory_t& factory) {
  const auto slash = path.rfind('/');
  std::string stem = path.substr(slash + 1);
  if (stem.ends_with(".so")) stem.resize(stem.size() - 3);
  std::string first;
  const std::uint32_t count = factory.count(&factory);
  if (count == 0 || count > 64) return fail(Code::FL0304, fmt::format("the library claims to hold {} plugins", count));
  if (factory.manifest(&factory, count))
    probe.find(probe.broken("the factory has a manifest beyond its count", "answer null for other indices"));
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto* raw = factory.manifest(&factory, i);
    if (raw && raw != factory.manifest(&factory, i))
      probe.find(probe.broken("the factory gives another manifest on the second call", "keep it in static storage"));
    FLEETD_TRY_ASSIGN(const auto manifest, readManifest(raw));
    if (manifest.id == stem) return manifest.id;
    if (first.empty()) first = manifest.id;
  }
  probe.find(
      fail(Code::FL0305, fmt::format("the file is not called {}.so", first), "name the library after its plugin"));
  return first;
}

Result<Manifest> describe(Prober& probe, const std::string& path, const Library& library) {
  probe.begin("manifest");
  const auto* entry = loadedEntry(path);
  if (!entry) return fail(Code::FL0303, "the library cannot be looked at once it is loaded");
  if (entry->get_factory("fleet.no-such-factory/9"))
    probe.find(probe.broken("get_factory() answers an id that does not exist", "compare the whole id, answer null"));
  const auto* factory = static_cast<const fleet_plugin_factory_t*>(entry->get_factory(FLEET_PLUGIN_FACTORY));
  if (!factory) return fail(Code::FL0304, "get_factory() gives no factory on the second call");
  FLEETD_TRY_ASSIGN(const auto id, chooseId(probe, path, *factory));
  FLEETD_TRY_ASSIGN(auto manifest, library.manifest(id));
  probe.report().manifest(manifest, entry->sdk);
  lintManifest(probe, manifest);
  return manifest;
}

}  // namespace

void probeLibrary(const std::string& path, const ExpressionCheck& expressions, const ProbeReport& report) {
  Prober probe(report, expressions);
  probe.begin("load");
  const auto library = Library::open(path);
  if (!library) return probe.find(library.error());
  const auto manifest = describe(probe, path, *library);
  if (!manifest) return probe.find(manifest.error());
  probe.run(*manifest, *library);
}

}  // namespace fleetd::plugin
