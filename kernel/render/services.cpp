// Instances that plugins implement. What is wrong with them is in services_check.cpp.
#include "kernel/render/services.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/fleet/intrinsics.hpp"
#include "kernel/fleet/public_vars.hpp"
#include "kernel/render/schema_module.hpp"
#include "kernel/render/views.hpp"

namespace fleetd::render {

namespace {

using lang::Evaluator;
using lang::Value;

// Services of clan-core that have a part for Macs; everything else of it is for NixOS.
constexpr std::string_view kClanOnDarwin[] = {"wireguard"};

sdk::Value valuesOf(const fleet::PublicValues& values) {
  sdk::Attrs out;
  for (const auto& [generator, files] : values) {
    sdk::Attrs set;
    for (const auto& [file, value] : files) set.set(file, value);
    out.set(generator, std::move(set));
  }
  return out;
}

}  // namespace

bool Services::isService(std::string_view name) const {
  const auto& files = plugins_.files();
  return std::any_of(files.begin(), files.end(), [&](const plugin::PluginFile& file) { return file.id == name; });
}

Value Services::rolesOf(Evaluator& ev, std::string_view service) {
  if (const auto known = roles_.find(service); known != roles_.end()) return known->second;
  Value out = Value::null();
  if (isService(service)) {
    const auto schema = plugins_.schema(std::string(service));
    if (schema && !(*schema)->roles.empty()) {
      std::vector<lang::Attr> roles;
      for (const auto& role : (*schema)->roles)
        if (const auto module = roleModule(ev, std::string(service), role))
          roles.push_back({ev.symbol(role.name), 0, *module});
      out = ev.attrs(roles);
    }
  }
  return roles_.emplace(service, out).first->second;
}

void Services::attach(fleet::Fleet& fleet) {
  fleet.intrinsics().serviceRoles = [this, &fleet](std::string_view service) {
    return rolesOf(fleet.evaluator(), service);
  };
  fleet.intrinsics().pluginExports = [this, &fleet](Value clan) { return exportsFor(fleet, clan); };
}

bool Services::serves(const std::string& plugin, const std::string& role, std::string_view klass) const {
  const auto manifest = plugins_.manifest(plugin);
  if (!manifest || !(*manifest)->serves(std::string(klass))) return false;
  const auto schema = plugins_.schema(plugin);
  if (!schema) return false;
  for (const auto& decl : (*schema)->roles)
    if (decl.name == role)
      return decl.classes.empty() || std::find(decl.classes.begin(), decl.classes.end(), klass) != decl.classes.end();
  return false;
}

void Services::read(fleet::Fleet& fleet, const Silence& silence, Diagnostics& diagnostics) {
  fleet_ = &fleet;
  std::vector<std::string> named = fleet::servicesNamed(fleet);
  std::erase_if(named, [&](const std::string& name) { return !isService(name); });
  plugins_.prepare(named);
  inventory_ = fleet::readInventory(fleet, diagnostics);
  if (inventory_.instances.empty()) return;
  machineNames_ = {inventory_.machines.begin(), inventory_.machines.end()};
  classes_ = inventory_.classes;
  for (const fleet::Host& host : fleet.hosts())
    if (host.klass == "home" && !machineNames_.contains(host.name)) {
      homes_.insert(host.name);
      classes_[host.name] = host.klass;
    }
  clanCore_ = fleet.kind() == fleet::Kind::Flake;
  checkTags(diagnostics);
  views_.clear();
  for (auto& instance : inventory_.instances) {
    for (auto& [name, role] : instance.roles) {
      checkMembers(instance, name, role, diagnostics);
      std::erase_if(role.machines, [&](const auto& one) { return !classes_.contains(one.first); });
    }
    add(fleet, instance, silence, diagnostics);
  }
  hold();
  tellMachines(fleet);
  packed_.reset();
}

void Services::tellMachines(const fleet::Fleet& fleet) {
  for (const fleet::Host& host : fleet.hosts()) {
    if (!takesPart(host)) continue;
    sdk::MachineView machine{host.klass, host.system, host.tags, {}};
    if (!inventory_.directory.empty())
      if (const auto values = fleet::publicValuesIn(fleet::varsOfMachine(inventory_.directory, host.name));
          !values.empty())
        machine.facts = sdk::Attrs{{"vars", valuesOf(values)}};
    machines_[host.name] = std::move(machine);
  }
  if (!inventory_.directory.empty())
    if (const auto values = fleet::publicValuesIn(fleet::varsOfAll(inventory_.directory)); !values.empty())
      shared_ = valuesOf(values);
}

void Services::add(fleet::Fleet& fleet, const fleet::ServiceInstance& instance, const Silence& silence,
                   Diagnostics& diagnostics) {
  if (instance.own) {
    plugin::Schema declared;
    declared.service = instance.declared.name;
    declared.maxInstances = instance.declared.maxInstances;
    for (const auto& name : instance.declared.roles) {
      sdk::RoleDecl role;
      role.name = name;
      if (const auto limits = instance.declared.limits.find(name); limits != instance.declared.limits.end()) {
        role.minMachines = limits->second.minMachines;
        role.maxMachines = limits->second.maxMachines;
      }
      // What it does for homes would be Nix's to build, and Nix does not know of it.
      role.classes = {"nixos", "darwin"};
      declared.roles.push_back(std::move(role));
    }
    check(instance, declared, silence, diagnostics);
    return checkOwnSettings(fleet, instance, diagnostics);
  }
  const bool builtIn = instance.input.empty() || instance.input == "clan-core";
  if (!builtIn || !isService(instance.service)) return checkSource(instance, diagnostics);
  const auto schema = plugins_.schema(instance.service);
  if (!schema) {
    Diagnostic d = Diagnostic::from(schema.error());
    if (!d.span) d.span = instance.place;
    d.notes.push_back(fmt::format("the instance {} of it does nothing", instance.name));
    return diagnostics.add(std::move(d));
  }
  check(instance, **schema, silence, diagnostics);
  addRoles(fleet, instance, diagnostics);
}

void Services::addRoles(fleet::Fleet& fleet, const fleet::ServiceInstance& instance, Diagnostics& diagnostics) {
  Evaluator& ev = fleet.evaluator();
  sdk::InstanceView view;
  for (const auto& [roleName, role] : instance.roles) {
    sdk::RoleView members;
    std::map<const void*, sdk::Value> known;  // machines whose layers are the same share their settings
    for (const auto& [machine, settings] : role.machines) {
      const Value top = ev.force(settings);
      const void* identity = top.is(lang::Tag::Attrs) ? top.attrs : nullptr;
      if (const auto same = known.find(identity); identity && same != known.end()) {
        members.machines.emplace(machine, same->second);
        continue;
      }
      const Value forced = ev.forceDeep(settings);
      if (forced.isError()) {
        Diagnostic d = ev.diagnostic(*forced.error);
        d.notes.push_back(fmt::format("in the settings of machine {} in role {} of the instance {}", machine, roleName,
                                      instance.name));
        if (!d.span) d.span = instance.place;
        diagnostics.add(std::move(d));
        break;  // the other machines' settings have the same mistake most of the time
      }
      auto value = plainValue(ev, forced);
      if (!value) {
        Diagnostic d;
        d.code = base::Code::FL0607;
        d.message = fmt::format("settings of machine {} in role {} of the instance {} are only known to Nix", machine,
                                roleName, instance.name);
        d.span = instance.place;
        d.notes.emplace_back("settings are plain values: texts, numbers, lists and sets");
        diagnostics.add(std::move(d));
        continue;
      }
      if (identity) known.emplace(identity, *value);
      members.machines.emplace(machine, *std::move(value));
    }
    view.roles.emplace(roleName, std::move(members));
  }
  views_[instance.service].instances.emplace(instance.name, std::move(view));
}

// Who has which role, once for all hosts.
void Services::hold() {
  for (const auto& [plugin, view] : views_)
    for (const auto& [instance, roles] : view.instances)
      for (const auto& [role, members] : roles.roles) {
        std::map<std::string, bool, std::less<>> does;  // by class
        for (const auto& [machine, settings] : members.machines) {
          const std::string& klass = classes_.at(machine);
          auto known = does.find(klass);
          if (known == does.end()) known = does.emplace(klass, serves(plugin, role, klass)).first;
          if (known->second) held_[machine][plugin].push_back({instance, role, {}});  // the settings stay in the view
        }
      }
}

std::vector<std::string> Services::pluginsOf(const fleet::Host& host) const {
  std::vector<std::string> out;
  if (!takesPart(host)) return out;
  if (const auto held = held_.find(host.name); held != held_.end())
    for (const auto& [plugin, memberships] : held->second) out.push_back(plugin);
  return out;
}

std::vector<sdk::Membership> Services::memberships(const std::string& plugin, const fleet::Host& host) const {
  const auto held = held_.find(host.name);
  if (held == held_.end() || !takesPart(host)) return {};
  const auto found = held->second.find(plugin);
  if (found == held->second.end()) return {};
  std::vector<sdk::Membership> out = found->second;
  if (const auto left = leftOut_.find(plugin); left != leftOut_.end())
    std::erase_if(out, [&](const sdk::Membership& one) { return left->second.contains(one.instance); });
  const auto& instances = views_.at(plugin).instances;
  for (sdk::Membership& one : out) one.settings = instances.at(one.instance).roles.at(one.role).machines.at(host.name);
  return out;
}

std::map<std::string, sdk::MachineView> Services::allMachines() const {
  std::map<std::string, sdk::MachineView> out = machines_;
  for (const fleet::Host& host : fleet_->hosts())
    out.try_emplace(host.name, sdk::MachineView{host.klass, host.system, host.tags, {}});
  for (const auto& [name, known] : facts_) {
    const auto machine = out.find(name);
    if (machine == out.end()) continue;
    const auto* values = machine->second.facts.get<sdk::Attrs>();
    sdk::Attrs all = values ? *values : sdk::Attrs();
    // The public values keep their name, whatever a plugin is called.
    for (const auto& [id, facts] : known)
      if (id != "vars") all.set(id, facts);
    machine->second.facts = std::move(all);
  }
  return out;
}

plugin::FleetView Services::fleetView(const std::string& plugin) const {
  const auto view = views_.find(plugin);
  plugin::FleetView out = view == views_.end() ? plugin::FleetView() : view->second;
  out.name = inventory_.meta.name;
  out.domain = inventory_.meta.domain;
  out.machines = allMachines();
  out.shared = shared_;
  out.exports = exports_;
  return out;
}

Services::Packed Services::pack(const std::map<std::string, sdk::MachineView>& machines) const {
  auto names = std::make_shared<plugin::FleetDocument::Names>();
  for (const auto& [name, machine] : machines) names->insert(names->end(), name);
  return {plugin::packedMachines(machines), exports_.empty() ? std::string() : plugin::packedExports(exports_),
          std::move(names)};
}

plugin::FleetDocument Services::documentOf(const std::string& plugin, const Packed& packed,
                                           const std::string& only) const {
  std::string instances;
  const auto view = views_.find(plugin);
  const auto out = leftOut_.find(plugin);
  if (only.empty() && view != views_.end() && out == leftOut_.end()) {
    instances = plugin::packedInstances(view->second.instances);
  } else {
    std::map<std::string, sdk::InstanceView> some;
    if (view != views_.end())
      for (const auto& [name, roles] : view->second.instances)
        if (only.empty() ? !out->second.contains(name) : name == only) some.emplace(name, roles);
    instances = plugin::packedInstances(some);
  }
  return {{inventory_.meta.name, inventory_.meta.domain, packed.exports, instances, packed.machines, shared_},
          packed.names};
}

plugin::FleetDocument Services::fleetDocument(const std::string& plugin, const std::string& only) const {
  if (!packed_) packed_ = pack(allMachines());
  return documentOf(plugin, *packed_, only);
}

void Services::leaveOut(const std::string& plugin, const std::string& instance) { leftOut_[plugin].insert(instance); }

void Services::addFacts(const std::string& plugin, const std::string& machine, const plugin::PluginValue& facts) {
  facts_[machine].set(plugin, facts);
  packed_.reset();
}

plugin::PluginValue Services::factsOf(const std::string& machine) const {
  const auto known = facts_.find(machine);
  return known == facts_.end() ? plugin::PluginValue() : plugin::PluginValue(known->second);
}

bool Services::leftToClan(const std::string& plugin, const fleet::Host& host) const {
  if (!clanCore_ || host.origin != "clan" || !views_.contains(plugin)) return false;
  const auto* end = std::end(kClanOnDarwin);
  return host.klass == "nixos" || (host.klass == "darwin" && std::find(std::begin(kClanOnDarwin), end, plugin) != end);
}

}  // namespace fleetd::render
