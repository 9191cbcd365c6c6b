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
    const std::string id = *least;
    std::vector<fleet::Host*> hosts;
    for (fleet::Host& host : fleet_->hosts())
      if (const std::string* first = waiting(host, next[&host]); first && *first == id) {
        hosts.push_back(&host);
        ++next[&host];
      }
    askOne(id, hosts);
  }
  // Platforms write last.
  std::map<std::string, std::vector<fleet::Host*>> platforms;
  for (fleet::Host& host : fleet_->hosts())
    if (!platformOf(host).empty() && !idle(host.klass, host)) platforms[host.klass].push_back(&host);
  for (const auto& [id, hosts] : platforms) askOne(id, hosts);
  for (fleet::Host& host : fleet_->hosts()) refresh(host);
}

const plugin::FleetDocument& Workspace::fleetOf(const std::string& id) {
  const auto known = fleets_.find(id);
  return known != fleets_.end() ? known->second : fleets_.emplace(id, services_->fleetDocument(id)).first->second;
}

void Workspace::askOne(const std::string& id, const std::vector<fleet::Host*>& hosts) {
  const auto manifest = plugins_->manifest(id);
  if (!manifest) return;
  std::vector<plugin::HostView> views;
  for (fleet::Host* host : hosts) {
    plugin::HostView view{host->name,
                          host->klass,
                          host->system,
                          host->tags,
                          services_->memberships(id, *host),
                          {},
                          services_->factsOf(host->name)};
    if (const auto& root = (*manifest)->optionRoot; root && !root->empty()) {
      // What the plugin's options are set to so far. Findings are those of the real composition, later.
      Diagnostics unheard;
      refresh(*host);
      const auto composed = fleet_->compose(*host, unheard);
      view.options = knownBelow(fleet_->evaluator(), *composed, *root);
    }
    views.push_back(std::move(view));
  }
  Diagnostics found;
  auto fragments = plugins_->contribute(id, fleetOf(id), views, found);
  std::vector<Diagnostic> said = found.sorted();
  if (std::any_of(fragments.begin(), fragments.end(), [](const auto& one) { return !one; }))
    said = askWithoutFaulty(id, views, fragments, std::move(said));
  for (Diagnostic& d : said) diagnostics_->add(std::move(d));
  for (std::size_t i = 0; i < fragments.size(); ++i)
    if (fragments[i]) addFragment(*hosts[i], *fragments[i], {});
}

}  // namespace fleetd::render
