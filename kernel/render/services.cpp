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
}

void Services::read(fleet::Fleet& fleet, Diagnostics& diagnostics) {
  fleet_ = &fleet;
  inventory_ = fleet::readInventory(fleet, diagnostics);
  if (inventory_.instances.empty()) return;
  machineNames_ = {inventory_.machines.begin(), inventory_.machines.end()};
  for (const fleet::Host& host : fleet.hosts())
    if (machineNames_.contains(host.name)) classes_[host.name] = host.klass;
  clanCore_ = fleet.kind() == fleet::Kind::Flake;
  for (const auto& instance : inventory_.instances) {
    for (const auto& [name, role] : instance.roles) checkMembers(instance, name, role, diagnostics);
    if (!instance.own) add(fleet, instance, diagnostics);
  }
  tellMachines(fleet);
}

void Services::tellMachines(const fleet::Fleet& fleet) {
  for (const fleet::Host& host : fleet.hosts()) {
    if (!machineNames_.contains(host.name)) continue;
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

void Services::add(fleet::Fleet& fleet, const fleet::ServiceInstance& instance, Diagnostics& diagnostics) {
  const bool builtIn = instance.input.empty() || instance.input == "clan-core";
  const auto schema = builtIn && isService(instance.service) ? plugins_.schema(instance.service)
                                                             : Result<const plugin::Schema*>(Error{});
  if (!builtIn || !isService(instance.service)) {
    Diagnostic d;
    d.code = base::Code::FL0606;
    d.severity = base::Severity::Note;
    d.message = fmt::format("the instance {} is of the service `{}`, which no plugin here implements", instance.name,
                            instance.service);
    d.span = instance.place;
    diagnostics.add(std::move(d));
    return;
  }
  if (!schema) return diagnostics.add(schema.error());
  check(instance, **schema, diagnostics);
  Evaluator& ev = fleet.evaluator();
  sdk::InstanceView view;
  for (const auto& [roleName, role] : instance.roles) {
    sdk::RoleView members;
    for (const auto& [machine, settings] : role.machines) {
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
      members.machines.emplace(machine, *std::move(value));
    }
    view.roles.emplace(roleName, std::move(members));
  }
  views_[instance.service].instances.emplace(instance.name, std::move(view));
}

std::vector<std::string> Services::pluginsOf(const fleet::Host& host) const {
  std::vector<std::string> out;
  if (!machineNames_.contains(host.name) || host.klass == "home") return out;
  for (const auto& [plugin, view] : views_)
    if (!memberships(plugin, host).empty()) out.push_back(plugin);
  return out;
}

std::vector<sdk::Membership> Services::memberships(const std::string& plugin, const fleet::Host& host) const {
  std::vector<sdk::Membership> out;
  const auto view = views_.find(plugin);
  if (view == views_.end() || host.klass == "home") return out;
  for (const auto& [instance, roles] : view->second.instances)
    for (const auto& [role, members] : roles.roles)
      if (const auto found = members.machines.find(host.name); found != members.machines.end())
        out.push_back({instance, role, found->second});
  return out;
}

plugin::FleetView Services::fleetView(const std::string& plugin) const {
  const auto view = views_.find(plugin);
  plugin::FleetView out = view == views_.end() ? plugin::FleetView() : view->second;
  out.name = inventory_.meta.name;
  out.domain = inventory_.meta.domain;
  out.machines = machines_;
  out.shared = shared_;
  out.exports = exports_;
  for (const fleet::Host& host : fleet_->hosts())
    out.machines.try_emplace(host.name, sdk::MachineView{host.klass, host.system, host.tags, {}});
  return out;
}

void Services::gatherExports(Diagnostics& diagnostics) {
  sdk::Exports all;
  for (const auto& [plugin, view] : views_) {
    auto exports = plugins_.exports(plugin, fleetView(plugin));
    if (!exports) {
      diagnostics.add(exports.error());
      continue;
    }
    for (auto& [scope, interfaces] : *exports) all[scope] = std::move(interfaces);
  }
  exports_ = std::move(all);
}

bool Services::leftToClan(const std::string& plugin, const fleet::Host& host) const {
  if (!clanCore_ || host.origin != "clan" || !views_.contains(plugin)) return false;
  const auto* end = std::end(kClanOnDarwin);
  return host.klass == "nixos" || (host.klass == "darwin" && std::find(std::begin(kClanOnDarwin), end, plugin) != end);
}

}  // namespace fleetd::render
