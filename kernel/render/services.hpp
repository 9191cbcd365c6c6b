// Services: instances of the inventory that plugins implement. Which plugins hosts get through them, what the plugins
// are told, and what is wrong with the instances.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/fleet/fleet.hpp"
#include "kernel/fleet/instances.hpp"
#include "kernel/plugin/plugins.hpp"
#include "kernel/render/fleet_checks.hpp"

namespace fleetd::render {

// Thread: the fleet's. A service's plugin has the id the inventory calls its module by.
class Services {
 public:
  // Beyond this many instances that end its process, which takes its time, a service as a whole is at fault.
  static constexpr std::size_t kMostEnds = 4;

  explicit Services(plugin::Plugins& plugins) : plugins_(plugins) {}

  // Lets the fleet ask which settings a service has; before the fleet is evaluated.
  void attach(fleet::Fleet& fleet);
  // Reads the inventory of the opened fleet and checks it: FL0601 to FL0608, FL0626 to FL0630.
  void read(fleet::Fleet& fleet, const Silence& silence, Diagnostics& diagnostics);
  // Plugins a host gets because it has a role. Sorted.
  std::vector<std::string> pluginsOf(const fleet::Host& host) const;
  // Asks the services what they export, and reads what the fleet makes of it. Call it after read().
  void gatherExports(Diagnostics& diagnostics);

  // What the plugin of a network knows of a machine: from now on all plugins are told, under the plugin's id.
  void addFacts(const std::string& plugin, const std::string& machine, const plugin::PluginValue& facts);
  // Those facts of one machine, a map by plugin; nil when there are none.
  plugin::PluginValue factsOf(const std::string& machine) const;
  // What a plugin is told of the fleet: machines, its own instances, what all services export.
  plugin::FleetView fleetView(const std::string& plugin) const;
  // The same, packed; with one instance alone where `only` names it.
  plugin::FleetDocument fleetDocument(const std::string& plugin, const std::string& only = {}) const;
  // The plugin's process does not survive the instance: from now on nobody is told of it.
  void leaveOut(const std::string& plugin, const std::string& instance);
  // The roles of a host in instances of a plugin.
  std::vector<sdk::Membership> memberships(const std::string& plugin, const fleet::Host& host) const;
  const fleet::Inventory& inventory() const { return inventory_; }
  const sdk::Exports& exports() const { return exports_; }
  bool implements(const std::string& plugin) const { return views_.contains(plugin); }
  // Whether the fleet's own clan-core brings this part, so that ours is for looking at only.
  bool leftToClan(const std::string& plugin, const fleet::Host& host) const;

 private:
  bool isService(std::string_view name) const;
  lang::Value rolesOf(lang::Evaluator& ev, std::string_view service);
  // Whether a service has something to do for a role on hosts of a class.
  bool serves(const std::string& plugin, const std::string& role, std::string_view klass) const;
  bool takesPart(const fleet::Host& host) const {
    return machineNames_.contains(host.name) ? host.klass != "home" : homes_.contains(host.name);
  }
  // Services_check.cpp.
  void checkSource(const fleet::ServiceInstance& instance, Diagnostics& diagnostics) const;
  void check(const fleet::ServiceInstance& instance, const plugin::Schema& schema, const Silence& silence,
             Diagnostics& diagnostics) const;
  void checkRole(const fleet::ServiceInstance& instance, const std::string& service, const std::string& roleName,
                 const fleet::InstanceRole& role, const sdk::RoleDecl& decl, const Silence& silence,
                 Diagnostics& diagnostics) const;
  void checkMembers(const fleet::ServiceInstance& instance, const std::string& roleName,
                    const fleet::InstanceRole& role, Diagnostics& diagnostics) const;
  void checkTags(Diagnostics& diagnostics) const;
  void checkOwnSettings(fleet::Fleet& fleet, const fleet::ServiceInstance& instance, Diagnostics& diagnostics) const;
  void addRoles(fleet::Fleet& fleet, const fleet::ServiceInstance& instance, Diagnostics& diagnostics);
  void add(fleet::Fleet& fleet, const fleet::ServiceInstance& instance, const Silence& silence,
           Diagnostics& diagnostics);
  void tellMachines(const fleet::Fleet& fleet);
  void hold();
  std::map<std::string, sdk::MachineView> allMachines() const;  // with what plugins of networks know
  // What all documents share.
  struct Packed {
    std::string machines, exports;
    std::shared_ptr<const plugin::FleetDocument::Names> names;
  };
  Packed pack(const std::map<std::string, sdk::MachineView>& machines) const;
  plugin::FleetDocument documentOf(const std::string& plugin, const Packed& packed, const std::string& only = {}) const;
  Result<sdk::Exports> exportsWithoutFaulty(const std::string& plugin, const Packed& packed, const Error& error,
                                            Diagnostics& diagnostics);
  // services_exports.cpp: what plugins export, before the fleet has its say.
  const sdk::Exports& fromPlugins(Diagnostics& diagnostics);
  lang::Value exportsFor(fleet::Fleet& fleet, lang::Value clan);

  plugin::Plugins& plugins_;
  fleet::Inventory inventory_;
  std::map<std::string, lang::Value, std::less<>> roles_;  // by service, once asked for
  std::map<std::string, plugin::FleetView> views_;         // by plugin: name, domain, instances
  std::map<std::string, sdk::MachineView> machines_;       // what all plugins are told
  std::map<std::string, sdk::Attrs> facts_;                // by machine: what plugins of networks know
  sdk::Value shared_;
  sdk::Exports exports_;
  std::optional<sdk::Exports> fromPlugins_;
  std::map<std::string, std::set<std::string>> leftOut_;  // by plugin: instances
  mutable std::optional<Packed> packed_;                  // until something changes
  // host -> plugin -> its roles there, of those that do something on its class.
  std::map<std::string, std::map<std::string, std::vector<sdk::Membership>>> held_;
  std::set<std::string> machineNames_, homes_;
  std::map<std::string, std::string> classes_;  // of machines and homes
  bool clanCore_ = false;                       // the fleet's flake has clan-core
  fleet::Fleet* fleet_ = nullptr;
};

}  // namespace fleetd::render
