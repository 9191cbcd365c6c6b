// Workspace: a fleet with its plugins, as every command that composes hosts opens it.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/base/source.hpp"
#include "kernel/base/symbol.hpp"
#include "kernel/fleet/fleet.hpp"
#include "kernel/plugin/plugins.hpp"
#include "kernel/render/fleet_checks.hpp"
#include "kernel/render/services.hpp"

namespace fleetd::render {

struct WorkspaceOptions {
  std::string directory;                          // the root of the fleet, absolute
  std::vector<plugin::SearchPath> pluginPaths;    // see plugin::searchPaths
  plugin::LogSink log;                            // may be empty
  plugin::TrustCheck trusted;                     // for files of the fleet's own plugins/; empty: none may be loaded
  plugin::Isolation isolation;                    // who runs in a process of its own
  std::vector<fleet::InputOverride> overrides{};  // sources of inputs, see fleet::InputSources
};

// Thread: as Fleet, one with a big stack.
class Workspace {
 public:
  // Reads the fleet, loads the plugins its hosts select and adds what they contribute to the hosts' modules;
  // Host::plugins is filled. Findings go to `diagnostics`; an Error means there is nothing to work on.
  static Result<std::unique_ptr<Workspace>> open(WorkspaceOptions options, base::SourceMap& sources,
                                                 base::SymbolTable& symbols, Diagnostics& diagnostics);
  ~Workspace();
  // The process ends next: what the kernel takes back as a whole is not freed piece by piece. Plugins end as always.
  void leaveMemory();

  fleet::Fleet& fleet() { return *fleet_; }
  plugin::Plugins& plugins() { return *plugins_; }

  // Composes one host of fleet().hosts(), and keeps in mind what its plugins are to check.
  std::unique_ptr<fleet::ComposedHost> compose(const fleet::Host& host, Diagnostics& diagnostics);
  // The same for many, on several processors; see Fleet::composeTogether.
  void composeTogether(const std::vector<const fleet::Host*>& hosts, const fleet::Fleet::Together& how,
                       Diagnostics& diagnostics, const fleet::Fleet::TakeHost& take);
  // The plugins' own findings about all hosts composed since the last call.
  void check(Diagnostics& diagnostics);

  // The definitions of all plugins of a host, sorted by plugin; `from` is set.
  std::vector<plugin::Definition> definitions(const fleet::Host& host) const;
  // Generators of a host that have not made all their values (FL0634).
  void tellMissing(fleet::ComposedHost& composed, Diagnostics& diagnostics) const;
  // The same without what the fleet's own clan-core brings: what is to be written for Nix.
  std::vector<plugin::Definition> definitionsToWrite(const fleet::Host& host) const;
  const Services& services() const { return *services_; }
  // Checks the fleet does not want to hear of.
  const Silence& silence() const { return silence_; }
  // Plugins of a host, other than its platform, that declare options. Sorted.
  std::vector<std::string> declaring(const fleet::Host& host);
  // Whether the plugin is a platform whose options the hosts do not have: the fleet declares all of theirs.
  bool idle(const std::string& id, const fleet::Host& host) const {
    return fleet_->kind() == fleet::Kind::FleetJson && id == host.klass;
  }
  // The platform plugin of a host, or empty.
  std::string platformOf(const fleet::Host& host) const;

 private:
  Workspace(WorkspaceOptions options, Diagnostics& diagnostics)
      : options_(std::move(options)), diagnostics_(&diagnostics) {}

  void openPlugins();
  void addPlatforms(fleet::Fleet& fleet);
  lang::Value platform(const std::string& klass);
  void select();
  void addOptions(fleet::Host& host);
  void addRules();
  void gatherFacts();
  void askPlugins();
  const plugin::FleetDocument& fleetOf(const std::string& id);  // once all facts are gathered
  // Hosts that one plugin is asked for at once.
  struct Group {
    std::string id;
    std::vector<fleet::Host*> hosts;
  };
  std::vector<Group> groupsInOrder();
  bool isIndependent(const std::string& id);
  std::vector<plugin::HostView> viewsOf(const Group& group);
  void askOne(const Group& group);
  // faulty_instances.cpp: finds out which instances the hosts without a fragment fail for, and asks without them.
  // `found` is what was said; returned is what there is to be said.
  std::vector<Diagnostic> askWithoutFaulty(const std::string& id, const std::vector<plugin::HostView>& views,
                                           std::vector<std::optional<plugin::Fragment>>& fragments,
                                           std::vector<Diagnostic> found);
  void addFragment(fleet::Host& host, const plugin::Fragment& fragment, std::optional<lang::Value> module);
  void rebuild(fleet::Host& host);
  void refresh(fleet::Host& host);  // where something came since
  void report(Error error, const std::string& host = {});
  // compose_together.cpp: a host for the moment, here and on a worker.
  bool composeHere(std::size_t index, const fleet::Host& host, Diagnostics& diagnostics,
                   const fleet::Fleet::TakeHost& take);
  std::string composeAsBytes(const fleet::Host& host, bool json, base::Pos known, Diagnostics& diagnostics);
  void keepParts(const fleet::Host& host, const std::function<void()>& work);

  using Key = std::pair<std::string, std::string>;  // class and name of a host
  static Key keyOf(const fleet::Host& host) { return {host.klass, host.name}; }

  WorkspaceOptions options_;
  Diagnostics* diagnostics_;  // during open() only
  std::optional<plugin::Plugins> plugins_;
  std::unique_ptr<fleet::Fleet> fleet_;
  std::optional<Services> services_;
  Silence silence_;
  std::map<std::string, lang::Value> platforms_;      // by class, once asked for
  std::map<std::string, lang::Value> optionModules_;  // by plugin
  // What plugins add to one host.
  struct Added {
    lang::Value modules;  // the host's own
    // Modules in the order Nix gets them in: options, then what each plugin sets (its rules before the rest), by
    // plugin.
    std::map<std::tuple<int, std::string, int>, lang::Value> parts;
    std::vector<plugin::Fragment> fragments;
    bool stale = false;  // the host does not have all of it yet
  };
  std::map<Key, Added> added_;
  std::map<std::string, plugin::FleetDocument> fleets_;  // by plugin: what it is told of the fleet
  std::set<std::string> reported_;                       // what is said once, whoever is told
  std::map<std::string, lang::Value> fragmentModules_;   // by plugin and content: hosts share what is the same
  std::map<std::string, std::vector<plugin::PackedHost>> toCheck_;  // by plugin
};

}  // namespace fleetd::render
