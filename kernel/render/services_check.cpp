// What is wrong with instances: roles, machines, tags, constraints.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/suggest.hpp"
#include "kernel/base/text.hpp"
#include "kernel/fleet/inventory_check.hpp"
#include "kernel/fleet/lock.hpp"
#include "kernel/render/services.hpp"

namespace fleetd::render {

namespace {

template <class Names>
void suggest(Diagnostic& d, std::string_view name, const Names& names) {
  std::vector<std::string_view> all(names.begin(), names.end());
  const auto best = base::nearestNames(name, all, 3, std::max<std::size_t>(2, name.size() / 3));
  if (!best.empty()) {
    d.notes.push_back(base::didYouMean(best));
  } else if (!all.empty() && all.size() <= 12) {
    std::string list = "there are:";
    for (const auto one : all) list += fmt::format(" {}", one);
    d.notes.push_back(std::move(list));
  }
}

Diagnostic finding(base::Code code, base::Severity severity, std::string message,
                   const fleet::ServiceInstance& instance) {
  Diagnostic d;
  d.code = code;
  d.severity = severity;
  d.message = std::move(message);
  d.span = instance.place;
  return d;
}

}  // namespace

void Services::checkMembers(const fleet::ServiceInstance& instance, const std::string& roleName,
                            const fleet::InstanceRole& role, Diagnostics& diagnostics) const {
  for (const std::string& machine : role.named) {
    if (classes_.contains(machine)) continue;
    auto d = finding(base::Code::FL0602, base::Severity::Error,
                     fmt::format("role {} of the instance {} names the machine `{}`, which the fleet does not have",
                                 roleName, instance.name, machine),
                     instance);
    suggest(d, machine, machineNames_);
    diagnostics.add(std::move(d));
  }
  for (const std::string& machine : role.excluded) {
    if (classes_.contains(machine)) continue;
    auto d =
        finding(base::Code::FL0602, base::Severity::Warning,
                fmt::format("role {} of the instance {} leaves out the machine `{}`, which the fleet does not have",
                            roleName, instance.name, base::sanitize(machine)),
                instance);
    suggest(d, machine, machineNames_);
    diagnostics.add(std::move(d));
  }
  if (machineNames_.empty()) return;  // of a fleet that is only begun no tag has a machine
  for (const std::string& tag : role.tags) {
    if (const auto found = inventory_.tags.find(tag); found != inventory_.tags.end() && !found->second.empty())
      continue;
    auto d = finding(base::Code::FL0603, base::Severity::Warning,
                     fmt::format("role {} of the instance {} goes to the tag `{}`, which no machine carries", roleName,
                                 instance.name, tag),
                     instance);
    std::vector<std::string> tags;
    for (const auto& [name, machines] : inventory_.tags) tags.push_back(name);
    suggest(d, tag, tags);
    diagnostics.add(std::move(d));
  }
}

// Settings of a service in the fleet's own modules, also those that its code does not read.
void Services::checkOwnSettings(fleet::Fleet& fleet, const fleet::ServiceInstance& instance,
                                Diagnostics& diagnostics) const {
  lang::Evaluator& ev = fleet.evaluator();
  for (const auto& [roleName, role] : instance.roles) {
    std::set<const void*> known;  // machines whose layers are the same share their settings
    for (const auto& [machine, settings] : role.machines) {
      const lang::Value top = ev.force(settings);
      if (top.is(lang::Tag::Attrs) && !known.insert(top.attrs).second) continue;
      const lang::Value found = fleet::mistakeIn(ev, top);
      if (!found.isError()) continue;
      Diagnostic d = fleet::placedDiagnostic(ev, *found.error, instance.place);
      d.notes.push_back(
          fmt::format("in the settings of machine {} in role {} of the instance {}", machine, roleName, instance.name));
      diagnostics.add(std::move(d));
      break;  // the other machines' settings have the same mistake most of the time
    }
  }
}

// Lists of tags may name homes; what is neither a machine nor a home is a mistake that nobody else notices.
void Services::checkTags(Diagnostics& diagnostics) const {
  for (const auto& [tag, names] : inventory_.named)
    for (const auto& name : names) {
      if (classes_.contains(name)) continue;
      Diagnostic d;
      d.code = base::Code::FL0626;
      d.severity = base::info(d.code).severity;
      d.message = fmt::format("the tag {} lists `{}`, which the fleet does not have", tag, base::sanitize(name));
      suggest(d, name, machineNames_);
      diagnostics.add(std::move(d));
    }
}

void Services::checkSource(const fleet::ServiceInstance& instance, Diagnostics& diagnostics) const {
  std::vector<std::string> known;
  if (instance.input == "self") {
    auto d =
        finding(base::Code::FL0627, base::Severity::Error,
                fmt::format("the instance {} is of the service `{}`, which `clan.modules` of this fleet does not have",
                            instance.name, instance.service),
                instance);
    suggest(d, instance.service, inventory_.modules);
    if (isService(instance.service))
      d.notes.emplace_back("for the one that comes with fleetd leave out `module.input`");
    return diagnostics.add(std::move(d));
  }
  const fleet::Lock* lock = fleet_->lock();
  if (!instance.input.empty() && instance.input != "clan-core" && fleet_->kind() != fleet::Kind::Flake) {
    auto d = finding(base::Code::FL0628, base::Severity::Error,
                     fmt::format("the instance {} takes its service from the input `{}`, and a repository without a "
                                 "flake has no inputs",
                                 instance.name, instance.input),
                     instance);
    d.notes.emplace_back("`module.input = \"self\"` is for `clan.modules` of this fleet");
    return diagnostics.add(std::move(d));
  }
  if (!instance.input.empty() && instance.input != "clan-core" && lock) {
    for (const auto& [name, node] : lock->root().inputs) known.push_back(name);
    if (std::find(known.begin(), known.end(), instance.input) == known.end()) {
      known.emplace_back("self");
      auto d =
          finding(base::Code::FL0628, base::Severity::Error,
                  fmt::format("the instance {} takes its service from the input `{}`, which the flake does not have",
                              instance.name, instance.input),
                  instance);
      suggest(d, instance.input, known);
      return diagnostics.add(std::move(d));
    }
  }
  auto d = finding(base::Code::FL0606, base::Severity::Note,
                   fmt::format("the instance {} is of the service `{}`, which no plugin here implements", instance.name,
                               instance.service),
                   instance);
  if (instance.input.empty() || instance.input == "clan-core") {
    // Without clan-core nobody could.
    if (!clanCore_) {
      d.code = base::Code::FL0627;
      d.severity = base::Severity::Error;
      d.message =
          fmt::format("the instance {} is of the service `{}`, which there is not", instance.name, instance.service);
    }
    for (const auto& file : plugins_.files())
      if (const auto manifest = plugins_.manifest(file.id); manifest && (*manifest)->role == plugin::Role::service)
        known.push_back(file.id);
    const std::vector<std::string_view> names(known.begin(), known.end());
    if (const auto best = base::nearestNames(instance.service, names, 1, 2); !best.empty()) {
      d.notes.push_back(base::didYouMean(best));
      if (clanCore_) d.severity = base::Severity::Warning;
    }
    if (std::find(inventory_.modules.begin(), inventory_.modules.end(), instance.service) != inventory_.modules.end())
      d.notes.emplace_back("for the module of this fleet set `module.input = \"self\"`");
  }
  diagnostics.add(std::move(d));
}

void Services::checkRole(const fleet::ServiceInstance& instance, const std::string& service,
                         const std::string& roleName, const fleet::InstanceRole& role, const sdk::RoleDecl& decl,
                         const Silence& silence, Diagnostics& diagnostics) const {
  const auto count = static_cast<std::int64_t>(role.machines.size());
  const auto limit = [&](std::string_view word, std::string_view kind, std::int64_t number) {
    const std::string id = fmt::format("{}-{}-{}-{}", service, instance.name, roleName, kind);
    if (silence.contains(id)) return;
    auto d = finding(base::Code::FL0604, base::Severity::Error,
                     fmt::format("role {} of the instance {} has {} machine{}, but {} needs at {} {}", roleName,
                                 instance.name, count, count == 1 ? "" : "s", instance.service, word, number),
                     instance);
    d.notes.push_back(fmt::format("check {}", id));
    diagnostics.add(std::move(d));
  };
  if (decl.minMachines && count < *decl.minMachines) limit("least", "minMachines", *decl.minMachines);
  if (decl.maxMachines && count > *decl.maxMachines) limit("most", "maxMachines", *decl.maxMachines);
  std::string without;
  std::map<std::string, bool, std::less<>> does;  // by class
  for (const auto& [machine, settings] : role.machines) {
    const auto klass = classes_.find(machine);
    if (klass == classes_.end()) continue;
    auto known = does.find(klass->second);
    if (known == does.end())
      known = does.emplace(klass->second, instance.own ? std::find(decl.classes.begin(), decl.classes.end(),
                                                                   klass->second) != decl.classes.end()
                                                       : serves(instance.service, roleName, klass->second))
                  .first;
    if (known->second) continue;
    without += fmt::format("{}{} ({})", without.empty() ? "" : ", ", machine, klass->second);
  }
  const std::string id = fmt::format("{}-{}-{}-class", service, instance.name, roleName);
  if (without.empty() || silence.contains(id)) return;
  auto d = finding(base::Code::FL0605, base::Severity::Error,
                   fmt::format("role {} of {} does nothing on {}", roleName, instance.service, without), instance);
  d.notes.push_back(fmt::format(
      "in the instance {}; leave them out with `excludeMachines`, or give the role to other tags", instance.name));
  d.notes.push_back(fmt::format("check {}", id));
  // A role given by tag reaches hosts of all classes; clan does nothing on those it does not serve.
  if (clanCore_) d.severity = base::Severity::Note;
  diagnostics.add(std::move(d));
}

void Services::check(const fleet::ServiceInstance& instance, const plugin::Schema& schema, const Silence& silence,
                     Diagnostics& diagnostics) const {
  const std::string service = schema.service.empty() ? instance.service : schema.service;
  if (instance.roles.empty())
    diagnostics.add(finding(base::Code::FL0608, base::Severity::Error,
                            fmt::format("the instance {} of {} has no roles", instance.name, instance.service),
                            instance));
  const std::string id = service + "-maxInstances";
  if (schema.maxInstances && !silence.contains(id)) {
    std::int64_t number = 0;
    for (const auto& other : inventory_.instances)
      if (other.own == instance.own && other.service == instance.service && other.name <= instance.name) ++number;
    if (number == *schema.maxInstances + 1) {
      auto d = finding(base::Code::FL0604, base::Severity::Error,
                       fmt::format("{} is meant to have at most {} instance{}; {} is one too many", instance.service,
                                   *schema.maxInstances, *schema.maxInstances == 1 ? "" : "s", instance.name),
                       instance);
      d.notes.push_back(fmt::format("check {}", id));
      diagnostics.add(std::move(d));
    }
  }
  std::vector<std::string> names;
  for (const auto& role : schema.roles) names.push_back(role.name);
  for (const auto& [role, limits] : instance.declared.limits) {
    if (std::find(names.begin(), names.end(), role) != names.end()) continue;
    auto d = finding(base::Code::FL0601, base::Severity::Error,
                     fmt::format("the service {} limits the role `{}`, which it does not have", instance.service,
                                 base::sanitize(role)),
                     instance);
    suggest(d, role, names);
    diagnostics.add(std::move(d));
  }
  for (const auto& [name, role] : instance.roles) {
    const auto decl = std::find_if(schema.roles.begin(), schema.roles.end(),
                                   [&, wanted = name](const sdk::RoleDecl& one) { return one.name == wanted; });
    if (decl != schema.roles.end()) {
      checkRole(instance, service, name, role, *decl, silence, diagnostics);
      continue;
    }
    auto d = finding(base::Code::FL0601, base::Severity::Error,
                     fmt::format("the instance {} uses the role `{}`, which {} does not have", instance.name, name,
                                 instance.service),
                     instance);
    suggest(d, name, names);
    diagnostics.add(std::move(d));
  }
  for (const auto& role : schema.roles)
    if (role.minMachines && *role.minMachines > 0 && !instance.roles.contains(role.name))
      checkRole(instance, service, role.name, {}, role, silence, diagnostics);
}

}  // namespace fleetd::render
