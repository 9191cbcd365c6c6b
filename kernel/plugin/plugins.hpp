// Plugins: everything the rest of the kernel needs of plugins. Finds, selects and loads them, and asks them
// over the bus.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/base/result.hpp"
#include "kernel/plugin/fleet_document.hpp"
#include "kernel/plugin/fragment.hpp"
#include "kernel/plugin/host_api.hpp"
#include "kernel/plugin/isolation.hpp"
#include "kernel/plugin/manifest.hpp"
#include "kernel/plugin/sdk.hpp"
#include "kernel/plugin/search.hpp"
#include "kernel/plugin/selection.hpp"
#include "kernel/plugin/touched.hpp"
#include "kernel/plugin/trust.hpp"

namespace fleetd::plugin {

// An event a plugin published on a topic its manifest lists.
using EventSink = std::function<void(const std::string& plugin, const std::string& topic, std::string_view body)>;

// A ComposedView, packed.
struct PackedHost {
  std::string name, document;
};
PackedHost packed(const ComposedView& host);

struct PluginsOptions {
  // Each is called on a thread of its own, which may take its time: what comes faster than it takes is lost, and
  // nobody waits for it. What was not lost has been passed on when Plugins is gone.
  LogSink log;                                  // lines plugins log; may be empty
  ExpressionCheck checkExpression;              // see fragment.hpp; may be empty
  EventSink events;                             // may be empty
  TrustCheck trusted;                           // for files of the fleet's own; empty: none may be loaded
  Isolation isolation;                          // who runs in a process of its own
  std::map<std::string, PluginValue> settings;  // fleet-level settings by plugin id, maps
  std::uint32_t startMs = 10'000;               // for loading and activating one plugin
  std::uint32_t callMs = 0;                     // for one message (a batch of hosts); 0: what `isolation` says
  std::uint32_t stopMs = 2'000;                 // for ending one plugin
};

// Thread: one at a time. Only selected plugins are loaded, and while none is there is neither a bus nor a
// thread.
class Plugins {
 public:
  // Looks for files; findings (FL0303, FL0306) go to `diagnostics`.
  static Plugins open(const std::vector<SearchPath>& paths, PluginsOptions options, Diagnostics& diagnostics);
  Plugins(Plugins&&) noexcept;
  Plugins& operator=(Plugins&&) noexcept;
  // Ends all plugins. One that hangs is left behind with its thread.
  ~Plugins();

  // All files found, by id; nothing is loaded.
  const std::vector<PluginFile>& files() const;

  // Gives a plugin its fleet-level settings, a map. False when it is loaded already: then they come too late.
  bool configure(const std::string& id, PluginValue settings);

  // Loads what the hosts select, all at once. Findings: FL0301 with suggestions, FL0302 to FL0305, FL0307,
  // FL0308, FL0321 to FL0323, FL0333. Returns for each host its usable plugins in working order, platforms last.
  std::vector<std::vector<std::string>> select(const std::vector<HostPlugins>& hosts, Diagnostics& diagnostics);

  // The manifest; loads the plugin if need be. Errors as select().
  Result<const Manifest*> manifest(const std::string& id);
  // The options it declares; empty when it declares none.
  Result<const Schema*> schema(const std::string& id);
  // Definitions for every host that selects it; no definitions when it has no rules.
  Result<Fragment> rules(const std::string& id);

  // Each of these sends what the function without `prepare` is going to ask, so that plugins work at the same time; the
  // answers wait there. prepare() loads the plugins, all at once, and asks for their schemas. What goes wrong is told of
  // by the function that asks. Processes are asked in their turn.
  void prepare(const std::vector<std::string>& ids);
  void prepareRules(const std::vector<std::string>& ids);
  void prepareContribute(const std::string& id, const FleetDocument& fleet, const std::vector<HostView>& hosts);
  void prepareCheck(const std::string& id, const std::vector<PackedHost>& hosts);

  // Tells plugins of the fleet, all at once; what the functions below are given the same document for need not tell
  // them again. Who cannot take it fails there.
  void tell(const std::vector<std::pair<std::string, FleetDocument>>& fleets);

  // Starts the process of a plugin that ended for good once more, this time to be forgiven nothing; true when it is up,
  // or was. Plugins of this process are not to be had again.
  bool revive(const std::string& id);

  // What a service tells the others, about this fleet; nothing when it has nothing to tell. Errors: FL0310, FL0325 for
  // an interface or a scope that is not its own, and what the plugin reports.
  Result<Exports> exports(const std::string& id, const FleetDocument& fleet);

  // What a secrets backend keeps for these references, sealed for their receivers, in the same order. Errors: FL0310,
  // FL0318 for a plugin that keeps none, and what the plugin reports.
  Result<std::vector<std::string>> resolve(const std::string& id, const std::vector<sdk::Secret>& references);

  // What a network's plugin knows of machines, by name, each a map; nothing when it has nothing to tell. Errors:
  // FL0310, FL0893 for a machine the fleet does not have, and what the plugin reports.
  Result<std::map<std::string, PluginValue>> facts(const std::string& id, const FleetDocument& fleet);

  // One request of a command to a plugin that works on its own, and the answer; may take minutes, because the plugin
  // may ask people. Errors: FL0310, and what the plugin reports.
  Result<PluginValue> request(const std::string& id, const PluginValue& body);

  // The functions below answer in the order of `hosts`; nothing stands where a host failed, and the reason is
  // in `diagnostics` with the host's name.
  std::vector<std::optional<Fragment>> contribute(const std::string& id, const FleetDocument& fleet,
                                                  const std::vector<HostView>& hosts, Diagnostics& diagnostics);
  std::vector<std::optional<std::vector<RenderedFile>>> render(const std::string& id,
                                                               const std::vector<ComposedView>& hosts,
                                                               Diagnostics& diagnostics);
  // The plugin's findings about each host. False when a check could not run.
  bool check(const std::string& id, const std::vector<PackedHost>& hosts, Diagnostics& diagnostics);

  // What happened to plugins since somebody asked them last: one that broke the rules of the bus, or ended, between two
  // calls. Said once.
  void tellEnds(Diagnostics& diagnostics);

  // What the loaded plugins did so far, by id; `command` and `at` are the caller's to fill.
  std::map<std::string, Touched> touched() const;

 private:
  struct State;
  explicit Plugins(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace fleetd::plugin
