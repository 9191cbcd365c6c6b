// What is wrong with instances: roles, machines, tags, constraints.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/suggest.hpp"
#include "kernel/base/text.hpp"
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
    if (machineNames_.contains(machine)) continue;
    auto d = finding(base::Code::FL0602, base::Severity::Error,
                     fmt::format("role {} of the instance {} names the machine `{}`, which the fleet does not have",
                                 roleName, instance.name, machine),
                     instance);
    suggest(d, machine, machineNames_);
    diagnostics.add(std::move(d));
  }
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

void Services::checkRole(const fleet::ServiceInstance& instance, const std::string& roleName,
                         const fleet::InstanceRole& role, const sdk::RoleDecl& decl, Diagnostics& diagnostics) const {
  const auto count = static_cast<std::int64_t>(role.machines.size());
  const auto limit = [&](std::string_view word, std::int64_t number) {
    diagnostics.add(finding(base::Code::FL0604, base::Severity::Error,
                            fmt::format("role {} of the instance {} has {} machine{}, but {} needs at {} {}", roleName,
                                        instance.name, count, count == 1 ? "" : "s", instance.service, word, number),
                            instance));
  };
  if (decl.minMachines && count < *decl.minMachines) limit("least", *decl.minMachines);
  if (decl.maxMachines && count > *decl.maxMachines) limit("most", *decl.maxMachines);
  std::string without;
  for (const auto& [machine, settings] : role.machines) {
    const auto klass = classes_.find(machine);
    if (klass == classes_.end() || decl.classes.empty() ||
        std::find(decl.classes.begin(), decl.classes.end(), klass->second) != decl.classes.end())
      continue;
    without += fmt::format("{}{} ({})", without.empty() ? "" : ", ", machine, klass->second);
  }
  if (without.empty()) return;
  auto d = finding(base::Code::FL0605, base::Severity::Warning,
                   fmt::format("role {} of {} does nothing on {}", roleName, instance.service, without), instance);
  d.notes.push_back(fmt::format("in the instance {}; give the role to other machines or tags", instance.name));
  // A role given by tag reaches hosts of all classes; clan does nothing on those it does not serve.
  if (clanCore_) d.severity = base::Severity::Note;
  diagnostics.add(std::move(d));
}

void Services::check(const fleet::ServiceInstance& instance, const plugin::Schema& schema,
                     Diagnostics& diagnostics) const {
  if (instance.roles.empty())
    diagnostics.add(finding(base::Code::FL0608, base::Severity::Error,
                            fmt::format("the instance {} of {} has no roles", instance.name, instance.service),
                            instance));
  if (schema.maxInstances) {
    std::int64_t number = 0;
    for (const auto& other : inventory_.instances)
      if (!other.own && other.service == instance.service && other.name <= instance.name) ++number;
    if (number == *schema.maxInstances + 1)
      diagnostics.add(
          finding(base::Code::FL0604, base::Severity::Error,
                  fmt::format("{} is meant to have at most {} instance{}; {} is one too many", instance.service,
                              *schema.maxInstances, *schema.maxInstances == 1 ? "" : "s", instance.name),
                  instance));
  }
  std::vector<std::string> names;
  for (const auto& role : schema.roles) names.push_back(role.name);
  for (const auto& [name, role] : instance.roles) {
    const auto decl = std::find_if(schema.roles.begin(), schema.roles.end(),
                                   [&, wanted = name](const sdk::RoleDecl& one) { return one.name == wanted; });
    if (decl != schema.roles.end()) {
      checkRole(instance, name, role, *decl, diagnostics);
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
      checkRole(instance, role.name, {}, role, diagnostics);
}

}  // namespace fleetd::render
