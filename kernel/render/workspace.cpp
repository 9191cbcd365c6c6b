// Opening a workspace: platforms, selection, composing, checking. What plugins contribute is in
// workspace_contributions.cpp.
#include "kernel/render/workspace.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fleet/cxx/value_codec.hpp>

#include "kernel/base/clock.hpp"
#include "kernel/base/sanitizer.hpp"
#include "kernel/base/text.hpp"
#include "kernel/bus/prescan.hpp"
#include "kernel/fleet/configuration.hpp"
#include "kernel/fleet/intrinsics.hpp"
#include "kernel/plugin/isolated_death.hpp"
#include "kernel/render/channels.hpp"
#include "kernel/render/expression_check.hpp"
#include "kernel/render/missing_values.hpp"
#include "kernel/render/owners_check.hpp"
#include "kernel/render/schema_module.hpp"
#include "kernel/render/selection.hpp"
#include "kernel/render/views.hpp"

namespace fleetd::render {

namespace {

using lang::Value;

constexpr const char* kClasses[] = {"nixos", "darwin", "home"};

bool isDeclared(const fleet::ConfigNode& node) {
  return (node.option && !node.option->decls.empty()) ||
         std::any_of(node.children.begin(), node.children.end(), isDeclared);
}

// Whether a host has generated variables, or state, and nothing that declares what they are.
bool needsClanCore(lang::Evaluator& ev, const fleet::Host& host, fleet::ComposedHost& composed) {
  if (host.origin == "clan" || host.klass == "home") return false;
  const fleet::ConfigNode* node = &static_cast<fleet::HostConfiguration&>(composed).tree();
  for (const std::string_view name : {"clan", "core"}) {
    const auto next = std::find_if(node->children.begin(), node->children.end(),
                                   [&](const fleet::ConfigNode& child) { return ev.text(child.name) == name; });
    if (next == node->children.end()) return false;
    node = &*next;
  }
  return std::any_of(node->children.begin(), node->children.end(), [&](const fleet::ConfigNode& child) {
    return (ev.text(child.name) == "vars" || ev.text(child.name) == "state") && !isDeclared(child);
  });
}

}  // namespace

Workspace::~Workspace() = default;

void Workspace::leaveMemory() {
#if !FLEETD_ADDRESS_SANITIZER  // it tells of leaks
  plugins_.reset();            // they may still look at what the fleet told them
  static_cast<void>(fleet_.release());
#endif
}

Result<std::unique_ptr<Workspace>> Workspace::open(WorkspaceOptions options, base::SourceMap& sources,
                                                   base::SymbolTable& symbols, Diagnostics& diagnostics) {
  std::unique_ptr<Workspace> out(new Workspace(std::move(options), diagnostics));
  out->openPlugins();
  fleet::OpenOptions open;
  open.directory = out->options_.directory;
  open.overrides = out->options_.overrides;
  out->services_.emplace(*out->plugins_);
  open.prepare = [&](fleet::Fleet& fleet) {
    out->addPlatforms(fleet);
    out->services_->attach(fleet);
  };
  FLEETD_TRY_ASSIGN(out->fleet_, fleet::Fleet::open(open, sources, symbols, diagnostics));
  const base::Stopwatch watch;
  out->silence_ = Silence::read(*out->fleet_, diagnostics);
  Diagnostics found;
  out->services_->read(*out->fleet_, out->silence_, found);
  checkFleet(*out->fleet_, out->services_->inventory(), out->silence_, found);
  out->silence_.pass(found, diagnostics);
  out->select();
  out->services_->gatherExports(diagnostics);
  out->addRules();
  out->gatherFacts();
  out->askPlugins();
  out->fleet_->stages().push_back({"plugins", static_cast<std::uint64_t>(watch.elapsed().count())});
  return out;
}

void Workspace::report(Error error, const std::string& host) {
  auto d = Diagnostic::from(error);
  // The end of a plugin's process is no host's, and said once.
  if (!plugin::endsPlugin(error.code))
    d.host = host;
  else if (!reported_.insert(error.message).second)
    return;
  diagnostics_->add(std::move(d));
}

namespace {

// Progress is for people; what else plugins say to each other is not.
plugin::EventSink progressTo(plugin::LogSink log) {
  if (!log) return {};
  return [log = std::move(log)](const std::string& plugin, const std::string& topic, std::string_view body) {
    if (topic != "fleet.progress/1" || !bus::prescan(body)) return;
    const auto value = sdk::parseValue(body);
    if (const auto* line = value ? value->get<std::string>() : nullptr)
      log(plugin, FLEET_LOG_INFO, base::sanitize(line->substr(0, 1000)));
  };
}

}  // namespace

void Workspace::openPlugins() {
  plugin::PluginsOptions options;
  options.log = options_.log;
  options.events = progressTo(options_.log);
  options.trusted = options_.trusted;
  options.isolation = options_.isolation;
  options.checkExpression = checkExpression;
  plugins_ = plugin::Plugins::open(options_.pluginPaths, std::move(options), *diagnostics_);
}

// Each class gets its options when they are first looked at: a fleet without Macs never loads the plugin for Macs.
void Workspace::addPlatforms(fleet::Fleet& fleet) {
  lang::Evaluator& ev = fleet.evaluator();
  for (const char* klass : kClasses) {
    struct Request {
      Workspace* workspace;
      lang::Evaluator* ev;
      const char* klass;
    };
    auto* request = ev.arena().make<Request>(Request{this, &ev, klass});
    fleet.intrinsics().platforms[klass] = ev.nativeThunk(
        [](lang::Evaluator& evaluator, void* data) {
          const auto* r = static_cast<Request*>(data);
          auto& plugins = *r->workspace->plugins_;
          const Value nothing = evaluator.attrs({{"_fleetdPlatform", Value::of(true)}});
          const std::string id = r->klass;
          const auto& files = plugins.files();
          if (std::none_of(files.begin(), files.end(), [&](const plugin::PluginFile& file) { return file.id == id; }))
            return nothing;
          const auto schema = plugins.schema(id);
          if (!schema) return nothing;  // selecting it says why
          auto module = platformModule(evaluator, id, **schema);
          if (module) return *module;
          r->workspace->report(module.error());
          return nothing;
        },
        request);
  }
}

std::string Workspace::platformOf(const fleet::Host& host) const {
  return !host.plugins.empty() && host.plugins.front() == host.klass ? host.klass : std::string();
}

void Workspace::select() {
  const PluginChoice choice = readChoice(*fleet_, *diagnostics_);
  applyProviders(choice, *fleet_, *diagnostics_);
  for (const auto& [id, settings] : choice.settings) {
    // Platforms are asked for their options while the fleet is evaluated.
    const bool platform = std::find(std::begin(kClasses), std::end(kClasses), id) != std::end(kClasses);
    if (platform || !plugins_->configure(id, settings))
      diagnostics_->add(Error{base::Code::FL0891,
                              fmt::format("the plugin `{}` takes no settings of the fleet", id),
                              "platforms are loaded before the fleet is read; set options of hosts",
                              {}});
  }
  const auto& files = plugins_->files();
  std::set<std::string> missing;
  std::vector<plugin::HostPlugins> wanted;
  for (const fleet::Host& host : fleet_->hosts()) {
    plugin::HostPlugins one{host.name, host.klass, chosenFor(choice, host), host.place};
    for (const std::string& id : services_->pluginsOf(host))
      if (std::find(one.ids.begin(), one.ids.end(), id) == one.ids.end()) one.ids.push_back(id);
    // The platform comes with fleetd. Where it is missing, hosts are composed without its options.
    const bool there =
        std::any_of(files.begin(), files.end(), [&](const plugin::PluginFile& file) { return file.id == host.klass; });
    if (!there)
      missing.insert(host.klass);
    else if (!idle(host.klass, host))
      one.ids.push_back(host.klass);
    wanted.push_back(std::move(one));
  }
  for (const auto& klass : missing) {
    Diagnostic d;
    d.code = base::Code::FL0806;
    d.severity = base::Severity::Warning;
    d.message = fmt::format("the plugin `{}`, which comes with fleetd, was not found", klass);
    d.notes.emplace_back(
        "hosts of this class are checked without the options of their platform; is fleetd installed as a whole?");
    diagnostics_->add(std::move(d));
  }
  auto usable = plugins_->select(wanted, *diagnostics_);
  auto& hosts = fleet_->hosts();
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    std::vector<std::string>& ids = usable[i];
    // Platforms work last and are listed first.
    const auto platform = std::find(ids.begin(), ids.end(), hosts[i].klass);
    if (platform != ids.end())
      std::rotate(ids.begin(), platform, platform + 1);
    else if (idle(hosts[i].klass, hosts[i]) && !missing.contains(hosts[i].klass))
      ids.insert(ids.begin(), hosts[i].klass);
    hosts[i].plugins = std::move(ids);
    added_[keyOf(hosts[i])].modules = hosts[i].modules;
  }
  std::set<std::string> selected;
  for (const fleet::Host& host : hosts)
    for (const std::string& id : host.plugins)
      if (!idle(id, host)) selected.insert(id);
  plugins_->prepare({selected.begin(), selected.end()});
}

std::unique_ptr<fleet::ComposedHost> Workspace::compose(const fleet::Host& host, Diagnostics& diagnostics) {
  std::optional<Diagnostics> found(std::in_place);
  auto composed = fleet_->compose(host, *found);
  lang::Evaluator& ev = fleet_->evaluator();
  // Such a host gets clan.core from fleetd, here and in the build tree, and is composed anew.
  auto& parts = added_.at(keyOf(host)).parts;
  if (!idle(host.klass, host) && needsClanCore(ev, host, *composed) && !parts.contains({-1, "clan.core", 0})) {
    const Value arguments = ev.attrs({{"directory", Value::path(fleet_->root())},
                                      {"machine", ev.string(host.name)},
                                      {"class", ev.string(host.klass)}});
    parts[{-1, "clan.core", 0}] = ev.call(fleet_->intrinsics().part("clanCore"), arguments, 0);
    for (fleet::Host& own : fleet_->hosts())
      if (keyOf(own) == keyOf(host)) rebuild(own);
    found.emplace();
    composed = fleet_->compose(host, *found);
  }
  tellMissing(*composed, *found);
  Diagnostics owners;
  checkOwners(ev, *composed, owners);
  silence_.pass(owners, *found);
  for (const Diagnostic& d : found->sorted()) diagnostics.add(d);
  std::optional<std::vector<plugin::Definition>> told;  // the same for all plugins
  for (const std::string& id : host.plugins) {
    if (idle(id, host)) continue;
    const auto manifest = plugins_->manifest(id);
    if (!manifest) continue;
    auto view = checkView(fleet_->evaluator(), *composed, (*manifest)->reads);
    if ((*manifest)->optionRoot && !(*manifest)->optionRoot->empty()) {
      auto own = checkView(fleet_->evaluator(), *composed, {*(*manifest)->optionRoot});
      if (view.options.isNil()) view.options = std::move(own.options);
      if (view.assumed.isNil()) view.assumed = std::move(own.assumed);
    }
    if (!told) told = definitions(host);
    view.definitions = std::move(*told);
    toCheck_[id].push_back(plugin::packed(view));
    told = std::move(view.definitions);
  }
  return composed;
}

void Workspace::tellMissing(fleet::ComposedHost& composed, Diagnostics& diagnostics) const {
  const fleet::Host& host = composed.host();
  if (host.klass == "home" || silence_.contains(base::Code::FL0634)) return;
  auto missing = missingValues(fleet_->evaluator(), composed);
  if (missing.empty()) return;
  constexpr std::size_t kNamed = 8;
  std::string more;
  if (missing.size() > kNamed + 1) {
    more = fmt::format(" and {} more", missing.size() - kNamed);
    missing.resize(kNamed);
  }
  Diagnostic d;
  d.code = base::Code::FL0634;
  d.severity = base::info(d.code).severity;
  d.message = fmt::format("values are not generated yet: {}{}", base::join(missing, ", "), more);
  d.host = host.name;
  d.notes.emplace_back("`fleetd vars generate` makes them");
  diagnostics.add(std::move(d));
}

void Workspace::check(Diagnostics& diagnostics) {
  const auto toCheck = std::exchange(toCheck_, {});
  for (const auto& [id, views] : toCheck) plugins_->prepareCheck(id, views);
  for (const auto& [id, views] : toCheck) static_cast<void>(plugins_->check(id, views, diagnostics));
  Diagnostics found;
  // Here, because composing hosts tells of which systems they are.
  if (const auto channels = fleet::readChannels(fleet_->root(), fleet_->evaluator().sources(), found))
    checkChannels(*fleet_, *channels, found);
  silence_.pass(found, diagnostics);
}

std::vector<plugin::Definition> Workspace::definitionsToWrite(const fleet::Host& host) const {
  auto out = definitions(host);
  std::erase_if(out, [&](const plugin::Definition& one) { return services_->leftToClan(one.from, host); });
  return out;
}

std::vector<plugin::Definition> Workspace::definitions(const fleet::Host& host) const {
  std::vector<plugin::Definition> out;
  const auto found = added_.find(keyOf(host));
  if (found == added_.end()) return out;
  for (const auto& fragment : found->second.fragments)
    for (plugin::Definition definition : fragment.definitions) {
      definition.from = fragment.plugin;
      out.push_back(std::move(definition));
    }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  return out;
}

std::vector<std::string> Workspace::declaring(const fleet::Host& host) {
  std::vector<std::string> out;
  for (const auto& id : host.plugins)
    if (id != host.klass && optionModules_.contains(id)) out.push_back(id);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace fleetd::render
