// The fleet and hosts a probe shows to a plugin.
#include <algorithm>
#include <array>
#include <string_view>

#include "kernel/plugin/probe_impl.hpp"

namespace fleetd::plugin {

namespace {

struct Machine {
  const char *name, *hostClass, *system;
};
constexpr std::array kMachines{Machine{"anna", "nixos", "x86_64-linux"}, Machine{"bert", "darwin", "aarch64-darwin"},
                               Machine{"carl", "home", "x86_64-linux"}};

bool isPlain(const PluginValue& value) {
  if (const auto* list = value.get<sdk::List>()) return std::all_of(list->begin(), list->end(), isPlain);
  if (const auto* attrs = value.get<sdk::Attrs>())
    return std::all_of(attrs->begin(), attrs->end(), [](const sdk::Attr& attr) { return isPlain(attr.value); });
  return value.isNil() || value.get<bool>() || value.get<std::int64_t>() || value.get<double>() ||
         value.get<std::string>();
}

// The known defaults, as a host that sets nothing has them.
PluginValue defaultsOf(const std::vector<sdk::OptionDecl>& options) {
  sdk::Attrs out;
  for (const auto& option : options) {
    if (!option.fallback || !isPlain(*option.fallback) || option.path.empty()) continue;
    if (std::find(option.path.begin(), option.path.end(), "*") != option.path.end()) continue;
    sdk::Attrs* at = &out;
    for (std::size_t i = 0; at && i + 1 < option.path.size(); ++i) {
      if (!at->find(option.path[i])) at->set(option.path[i], sdk::Attrs{});
      at = at->find(option.path[i])->get<sdk::Attrs>();
    }
    if (at) at->set(option.path.back(), *option.fallback);
  }
  return out;
}

bool serves(const sdk::RoleDecl& role, const std::string& hostClass) {
  return role.classes.empty() || std::find(role.classes.begin(), role.classes.end(), hostClass) != role.classes.end();
}

}  // namespace

FleetView sampleFleet(const Manifest& manifest, const Schema& schema) {
  FleetView out;
  out.name = "sample";
  out.domain = "sample.example";
  const auto add = [&](const std::string& name, const std::string& hostClass, const char* system) {
    out.machines[name] = {hostClass, system, {"all"}, sdk::Attrs{}};
  };
  for (const auto& machine : kMachines)
    if (manifest.serves(machine.hostClass)) add(machine.name, machine.hostClass, machine.system);
  if (out.machines.empty() && !manifest.platforms.empty()) add("dora", manifest.platforms.front(), "x86_64-linux");
  for (const auto& role : schema.roles)
    for (const auto& [name, machine] : out.machines)
      if (serves(role, machine.hostClass))
        out.instances["sample"].roles[role.name].machines[name] = defaultsOf(role.settings);
  return out;
}

std::vector<HostView> sampleHosts(const Manifest&, const Schema& schema, const FleetView& fleet) {
  std::vector<HostView> out;
  for (const auto& [name, machine] : fleet.machines) {
    HostView host;
    host.name = name;
    host.hostClass = machine.hostClass;
    host.system = machine.system;
    host.tags = machine.tags;
    for (const auto& role : schema.roles)
      if (serves(role, machine.hostClass)) host.memberships.push_back({"sample", role.name, defaultsOf(role.settings)});
    if (!schema.options.empty()) host.options = defaultsOf(schema.options);
    out.push_back(std::move(host));
  }
  return out;
}

ComposedView sampleComposed(const Manifest& manifest, const HostView& host, const Schema& schema) {
  ComposedView out;
  out.name = host.name;
  out.hostClass = host.hostClass;
  out.system = host.system;
  out.tags = host.tags;
  if (manifest.optionRoot && manifest.optionRoot->empty()) out.options = defaultsOf(schema.options);
  return out;
}

}  // namespace fleetd::plugin
