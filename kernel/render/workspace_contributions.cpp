// What plugins declare and set: options, rules, contributions host by host.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "kernel/render/fragment_module.hpp"
#include "kernel/render/schema_module.hpp"
#include "kernel/render/views.hpp"
#include "kernel/render/workspace.hpp"

namespace fleetd::render {

namespace {

using lang::Value;

constexpr std::size_t kMostAhead = 256;  // hosts of one plugin whose documents may wait on their way

// An error of a service that names its instance first, as `vpn.endpoint`, belongs where the inventory has it.
void placeAtInstance(Diagnostic& d, const fleet::Inventory& inventory) {
  if (d.span || !d.file.empty()) return;
  for (const fleet::ServiceInstance& instance : inventory.instances) {
    const auto at = d.message.find(fmt::format(", at `{}", instance.name));
    if (at == std::string::npos) continue;
    const std::size_t behind = at + instance.name.size() + 6;
    if (behind >= d.message.size() || (d.message[behind] != '.' && d.message[behind] != '`')) continue;
    d.span = instance.place;
    return;
  }
}

}  // namespace

// Behind the host's own modules, where the generated ones are when Nix builds it.
void Workspace::rebuild(fleet::Host& host) {
  lang::Evaluator& ev = fleet_->evaluator();
  Added& added = added_.at(keyOf(host));
  added.stale = false;
  std::vector<Value> parts;
  for (const auto& [key, module] : added.parts) parts.push_back(module);
  host.modules = parts.empty() ? added.modules : ev.concat(added.modules, ev.list(parts), 0);
}

void Workspace::refresh(fleet::Host& host) {
  if (added_.at(keyOf(host)).stale) rebuild(host);
}

void Workspace::addOptions(fleet::Host& host) {
  for (const std::string& id : host.plugins) {
    if (id == host.klass) continue;
    const auto known = optionModules_.find(id);
    if (known != optionModules_.end()) {
      added_.at(keyOf(host)).parts[{0, id, 0}] = known->second;
      continue;
    }
    const auto manifest = plugins_->manifest(id);
    const auto schema = plugins_->schema(id);
    if (!manifest || !schema) {
      report(manifest ? schema.error() : manifest.error(), host.name);
      continue;
    }
    if ((*schema)->options.empty()) continue;
    const auto module = optionsModule(fleet_->evaluator(), **manifest, **schema);
    if (!module) {
      report(module.error());
      continue;
    }
    optionModules_.emplace(id, *module);
    added_.at(keyOf(host)).parts[{0, id, 0}] = *module;
  }
  rebuild(host);
}

void Workspace::addFragment(fleet::Host& host, const plugin::Fragment& fragment, std::optional<Value> module) {
  if (fragment.definitions.empty()) return;
  if (!module) {
    const std::string key = fragment.plugin + fragment.hash.hex();
    const auto known = fragmentModules_.find(key);
    if (known == fragmentModules_.end()) {
      const auto made = fragmentModule(fleet_->evaluator(), fragment);
      if (!made) return report(made.error(), host.name);
      module = fragmentModules_.emplace(key, *made).first->second;
    } else {
      module = known->second;
    }
  }
  Added& added = added_.at(keyOf(host));
  added.parts[{1, fragment.plugin, fragment.host.empty() ? 0 : 1}] = *module;
  added.fragments.push_back(fragment);
  added.stale = true;
}

// Rules are the same for every host, so their module is made once.
void Workspace::addRules() {
  for (fleet::Host& host : fleet_->hosts()) addOptions(host);
  std::map<std::string, std::vector<fleet::Host*>> users;
  for (fleet::Host& host : fleet_->hosts())
    for (const std::string& id : host.plugins)
      if (!idle(id, host)) users[id].push_back(&host);
  std::vector<std::string> ids;
  for (const auto& [id, hosts] : users) ids.push_back(id);
  plugins_->prepareRules(ids);
  for (const auto& [id, hosts] : users) {
    const auto rules = plugins_->rules(id);
    if (!rules) {
      report(rules.error());
      continue;
    }
    if (rules->definitions.empty()) continue;
    const auto module = fragmentModule(fleet_->evaluator(), *rules);
    if (!module) {
      report(module.error());
      continue;
    }
    for (fleet::Host* host : hosts) addFragment(*host, *rules, *module);
  }
}

// What plugins of networks know of machines is told to all others before they contribute.
void Workspace::gatherFacts() {
  std::set<std::string> asked;
  for (const fleet::Host& host : fleet_->hosts())
    for (const std::string& id : host.plugins) {
      if (idle(id, host) || !asked.insert(id).second) continue;
      const auto manifest = plugins_->manifest(id);
      if (!manifest || (*manifest)->role != plugin::Role::network) continue;
      const auto facts = plugins_->facts(id, services_->fleetDocument(id));
      if (!facts) {
        report(facts.error());
        continue;
      }
      for (const auto& [machine, known] : *facts) services_->addFacts(id, machine, known);
    }
}

// Each host's plugins work in the order of its selection; hosts that wait for the same plugin are asked for together.
void Workspace::askPlugins() {
  std::set<std::string> asked;
  for (const fleet::Host& host : fleet_->hosts())
    for (const std::string& id : host.plugins)
      if (!idle(id, host)) asked.insert(id);
  std::vector<std::pair<std::string, plugin::FleetDocument>> told;
  for (const std::string& id : asked) told.emplace_back(id, fleetOf(id));
  plugins_->tell(told);
  const auto groups = groupsInOrder();
  for (const Group& group : groups)
    if (group.hosts.size() <= kMostAhead && isIndependent(group.id))
      plugins_->prepareContribute(group.id, fleetOf(group.id), viewsOf(group));
  for (const Group& group : groups) askOne(group);
  for (fleet::Host& host : fleet_->hosts()) refresh(host);
}

// Hosts that wait for the same plugin are one group. Platforms write last.
std::vector<Workspace::Group> Workspace::groupsInOrder() {
  std::vector<Group> out;
  std::map<fleet::Host*, std::size_t> next;
  const auto waiting = [](const fleet::Host& host, std::size_t& at) -> const std::string* {
    while (at < host.plugins.size() && host.plugins[at] == host.klass) ++at;
    return at < host.plugins.size() ? &host.plugins[at] : nullptr;
  };
  for (;;) {
    const std::string* least = nullptr;
    for (fleet::Host& host : fleet_->hosts())
      if (const std::string* id = waiting(host, next[&host]); id && (!least || *id < *least)) least = id;
    if (!least) break;
    Group& group = out.emplace_back(Group{*least, {}});
    for (fleet::Host& host : fleet_->hosts())
      if (const std::string* first = waiting(host, next[&host]); first && *first == group.id) {
        group.hosts.push_back(&host);
        ++next[&host];
      }
  }
  std::map<std::string, std::vector<fleet::Host*>> platforms;
  for (fleet::Host& host : fleet_->hosts())
    if (!platformOf(host).empty() && !idle(host.klass, host)) platforms[host.klass].push_back(&host);
  for (auto& [id, hosts] : platforms) out.push_back({id, std::move(hosts)});
  return out;
}

// Whether what a plugin is told of a host is the same before other plugins have worked on it.
bool Workspace::isIndependent(const std::string& id) {
  const auto manifest = plugins_->manifest(id);
  return manifest && (!(*manifest)->optionRoot || (*manifest)->optionRoot->empty());
}

const plugin::FleetDocument& Workspace::fleetOf(const std::string& id) {
  const auto known = fleets_.find(id);
  return known != fleets_.end() ? known->second : fleets_.emplace(id, services_->fleetDocument(id)).first->second;
}

std::vector<plugin::HostView> Workspace::viewsOf(const Group& group) {
  std::vector<plugin::HostView> views;
  const auto manifest = plugins_->manifest(group.id);
  for (fleet::Host* host : group.hosts) {
    plugin::HostView view{host->name,
                          host->klass,
                          host->system,
                          host->tags,
                          services_->memberships(group.id, *host),
                          {},
                          services_->factsOf(host->name)};
    if (manifest && !isIndependent(group.id)) {
      // What the plugin's options are set to so far. Findings are those of the real composition, later.
      Diagnostics unheard;
      refresh(*host);
      const auto composed = fleet_->compose(*host, unheard);
      view.options = knownBelow(fleet_->evaluator(), *composed, *(*manifest)->optionRoot);
    }
    views.push_back(std::move(view));
  }
  return views;
}

void Workspace::askOne(const Group& group) {
  const std::string& id = group.id;
  if (!plugins_->manifest(id)) return;
  const std::vector<plugin::HostView> views = viewsOf(group);
  Diagnostics found;
  auto fragments = plugins_->contribute(id, fleetOf(id), views, found);
  std::vector<Diagnostic> said = found.sorted();
  if (std::any_of(fragments.begin(), fragments.end(), [](const auto& one) { return !one; }))
    said = askWithoutFaulty(id, views, fragments, std::move(said));
  for (Diagnostic& d : said) {
    placeAtInstance(d, services_->inventory());
    diagnostics_->add(std::move(d));
  }
  for (std::size_t i = 0; i < fragments.size(); ++i)
    if (fragments[i]) addFragment(*group.hosts[i], *fragments[i], {});
}

}  // namespace fleetd::render
