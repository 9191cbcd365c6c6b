// fleet/cxx/plugin.hpp - the C++ way to write a plugin: derive from ServicePlugin or PlatformPlugin, end with
// FLEET_PLUGIN. A source-level layer: it makes no promise about binary layout, the C headers do.
#pragma once
#include <cstring>
#include <string_view>

#include "base.hpp"

namespace fleet {

// A service. `Options` is a struct as described in options.hpp: the plugin's options below its option root,
// whose values for a host reach contribute(). `Self` has a static constexpr `manifest`. The object is
// default-constructed.
template <class Self, Record Options = NoOptions>
class ServicePlugin : public PluginBase {
 public:
  ServicePlugin() : PluginBase(&Self::manifest, kContributes | whetherItChecks<Self>()) {}

 protected:
  // What holds for every host the plugin is selected on, as conditions and references. Prefer it to
  // contribute().
  virtual Result<void> rules(Contribution& out) const {
    (void)out;
    return {};
  }
  // What one host gets. A pure function of its arguments and fleet().
  virtual Result<void> contribute(const HostView& host, const Options& options, Contribution& out) const {
    (void)host, (void)options, (void)out;
    return {};
  }
  // Options of the struct, and no roles.
  Result<Schema> schema() const override {
    Schema out;
    out.options = declare<Options>();
    return out;
  }
  // Machines, instances and roles, as told before contribute().
  const FleetView& fleet() const { return fleet_; }

 private:
  Result<void> doRules(Contribution& out) const final { return rules(out); }
  Result<void> doFleet(FleetView view) final {
    fleet_ = std::move(view);
    return {};
  }
  Result<void> doContribute(const HostView& host, Contribution& out) const final {
    FLEET_TRY_ASSIGN(const auto options,
                     host.options.isNil() ? Result<Options>(Options{}) : read<Options>(host.options));
    return contribute(host, options, out);
  }

  FleetView fleet_;
};

// A class of hosts: core options through schema(), further findings through check(), files through render().
template <class Self>
class PlatformPlugin : public PluginBase {
 public:
  PlatformPlugin() : PluginBase(&Self::manifest, kContributes | kRenders) {}

 protected:
  // The files of one composed host. A pure function of its argument.
  virtual Result<std::vector<RenderedFile>> render(const ComposedHost& host) const = 0;
  // Definitions every host of the class gets.
  virtual Result<void> rules(Contribution& out) const {
    (void)out;
    return {};
  }
  virtual Result<void> contribute(const HostView& host, Contribution& out) const {
    (void)host, (void)out;
    return {};
  }

 private:
  Result<void> doRules(Contribution& out) const final { return rules(out); }
  Result<void> doContribute(const HostView& host, Contribution& out) const final { return contribute(host, out); }
  Result<std::vector<RenderedFile>> doRender(const ComposedHost& host) const final { return render(host); }
};

// The library's entry for one or more plugin classes.
template <class... Plugins>
struct Entry {
  static constexpr const fleet_manifest_t* kManifests[] = {&Plugins::manifest...};

  template <class Plugin>
  static PluginBase* make() {
    return new Plugin;
  }
  static constexpr PluginBase* (*kMakers[])() = {make<Plugins>...};

  static std::uint32_t count(const fleet_plugin_factory_t*) noexcept { return sizeof...(Plugins); }
  static const fleet_manifest_t* manifest(const fleet_plugin_factory_t*, std::uint32_t index) noexcept {
    return index < sizeof...(Plugins) ? kManifests[index] : nullptr;
  }
  static const fleet_plugin_t* create(const fleet_plugin_factory_t*, const fleet_host_t* host, const char* id,
                                      fleet_error_t* err) noexcept {
    const fleet_plugin_t* out = nullptr;
    guard(err, [&]() -> Result<void> {
      for (std::size_t i = 0; i < sizeof...(Plugins); ++i) {
        if (std::strcmp(id, kManifests[i]->id) != 0) continue;
        auto* made = kMakers[i]();
        made->attach(host);
        out = made->c();
        return {};
      }
      return Error{FLEET_E_INVALID_ARGUMENT, {}, {}, "the library holds no such plugin", {}, 0};
    });
    return out;
  }
  static const void* factory(const char* id) noexcept {
    static constexpr fleet_plugin_factory_t kFactory{count, manifest, create};
    return std::string_view(id) == FLEET_PLUGIN_FACTORY ? &kFactory : nullptr;
  }
  static fleet_status_t init(const char*, fleet_error_t*) noexcept { return FLEET_OK; }
  static void deinit() noexcept {}
};

}  // namespace fleet

#define FLEET_PLUGIN(...)                                                                                  \
  extern "C" FLEET_EXPORT constexpr fleet_entry_t fleet_entry_v0 = {FLEET_SIZE(fleet_entry_t),             \
                                                                    0,                                     \
                                                                    FLEET_VERSION_INIT,                    \
                                                                    FLEET_VERSION_INIT,                    \
                                                                    ::fleet::Entry<__VA_ARGS__>::init,     \
                                                                    ::fleet::Entry<__VA_ARGS__>::deinit,   \
                                                                    ::fleet::Entry<__VA_ARGS__>::factory}; \
  static_assert(true)
