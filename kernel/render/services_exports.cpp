// What services tell each other: asked of plugins, merged by level F with what services written in Nix export and what
// the fleet overrides.
#include <fmt/format.h>

#include "kernel/fleet/intrinsics.hpp"
#include "kernel/plugin/isolated_death.hpp"
#include "kernel/render/services.hpp"
#include "kernel/render/views.hpp"

namespace fleetd::render {

namespace {

using lang::Evaluator;
using lang::Tag;
using lang::Value;

Value toLang(Evaluator& ev, const sdk::Value& value) {
  if (const auto* v = value.get<bool>()) return Value::of(*v);
  if (const auto* v = value.get<std::int64_t>()) return Value::of(*v);
  if (const auto* v = value.get<double>()) return Value::of(*v);
  if (const auto* v = value.get<std::string>()) return ev.string(*v);
  if (const auto* v = value.get<sdk::List>()) {
    auto out = ev.newList(static_cast<std::uint32_t>(v->size()));
    for (std::size_t i = 0; i < v->size(); ++i) out[i] = toLang(ev, (*v)[i]);
    return Value::list(out);
  }
  if (const auto* v = value.get<sdk::Attrs>()) {
    std::vector<lang::Attr> items;
    for (const auto& attr : *v) items.push_back({ev.symbol(attr.name), 0, toLang(ev, attr.value)});
    return ev.attrs(items);
  }
  return Value::null();
}

Value toLang(Evaluator& ev, const sdk::Exports& exports) {
  std::vector<lang::Attr> scopes;
  for (const auto& [scope, interfaces] : exports) {
    std::vector<lang::Attr> items;
    for (const auto& [name, value] : interfaces) items.push_back({ev.symbol(name), 0, toLang(ev, value)});
    scopes.push_back({ev.symbol(scope), 0, ev.attrs(items)});
  }
  return ev.attrs(scopes);
}

}  // namespace

// Asks about each instance alone, and then about all that did not fail, together: they may tell of one another.
Result<sdk::Exports> Services::exportsWithoutFaulty(const std::string& plugin, const Packed& packed, const Error& error,
                                                    Diagnostics& diagnostics) {
  std::vector<Diagnostic> why;
  std::set<std::string> faulty, ending;
  for (const auto& [instance, roles] : views_.at(plugin).instances) {
    if (ending.size() >= kMostEnds || !plugins_.revive(plugin)) return error;
    const auto exports = plugins_.exports(plugin, documentOf(plugin, packed, instance));
    if (exports) continue;
    faulty.insert(instance);
    if (plugin::endsPlugin(exports.error().code)) ending.insert(instance);
    Diagnostic d = Diagnostic::from(exports.error());
    d.notes.push_back(fmt::format("what the instance {} of {} exports is left out", instance, plugin));
    why.push_back(std::move(d));
  }
  if (faulty.empty() || !plugins_.revive(plugin)) return error;  // they fail only together
  const auto before = leftOut_;
  for (const std::string& instance : faulty) leaveOut(plugin, instance);
  auto exports = plugins_.exports(plugin, documentOf(plugin, packed));
  leftOut_ = before;
  if (!exports) return error;
  // One that only cannot export sets its options all the same.
  for (const std::string& instance : ending) leaveOut(plugin, instance);
  for (Diagnostic& d : why) diagnostics.add(std::move(d));
  return exports;
}

const sdk::Exports& Services::fromPlugins(Diagnostics& diagnostics) {
  if (fromPlugins_) return *fromPlugins_;
  sdk::Exports all;
  std::optional<Packed> told;
  for (const auto& [plugin, view] : views_) {
    const auto schema = plugins_.schema(plugin);
    if (!schema || (*schema)->exports.empty()) continue;
    if (!told) {
      // Hosts may not be evaluated yet, so nobody learns what they are built for.
      auto machines = allMachines();
      for (auto& [name, machine] : machines) machine.system.clear();
      told = pack(machines);
    }
    auto exports = plugins_.exports(plugin, documentOf(plugin, *told));
    if (!exports && view.instances.size() > 1)
      exports = exportsWithoutFaulty(plugin, *told, exports.error(), diagnostics);
    if (!exports) {
      Diagnostic d = Diagnostic::from(exports.error());
      d.notes.push_back(fmt::format("what {} exports is left out", plugin));
      diagnostics.add(std::move(d));
      continue;
    }
    for (auto& [scope, interfaces] : *exports) all[scope] = std::move(interfaces);
  }
  return fromPlugins_.emplace(std::move(all));
}

// Level F may ask before the fleet is open; what is wrong with the inventory is then said by read().
Value Services::exportsFor(fleet::Fleet& fleet, Value clan) {
  Diagnostics unheard;
  if (!fleet_) {
    inventory_ = fleet::readInventory(fleet, clan, unheard);
    machineNames_ = {inventory_.machines.begin(), inventory_.machines.end()};
    classes_ = inventory_.classes;
    for (const auto& instance : inventory_.instances)
      if (!instance.own && (instance.input.empty() || instance.input == "clan-core") && isService(instance.service))
        addRoles(fleet, instance, unheard);
    tellMachines(fleet);
  }
  const Value out = toLang(fleet.evaluator(), fromPlugins(unheard));
  if (!fleet_) {
    fromPlugins_.reset();
    leftOut_.clear();
  }
  return out;
}

void Services::gatherExports(Diagnostics& diagnostics) {
  exports_ = fromPlugins(diagnostics);
  packed_.reset();
  Evaluator& ev = fleet_->evaluator();
  const Value noted = ev.force(fleet_->intrinsics().clan);
  if (!noted.is(Tag::Attrs)) return;
  const auto member = [&](Value set, std::string_view name) {
    return set.is(Tag::Attrs) ? ev.selectOr(set, ev.symbol(name), Value::null(), 0) : Value::null();
  };
  const Value clan = member(noted, "clan");
  const auto report = [&](Value error) { diagnostics.add(ev.diagnostic(*error.error)); };
  const Value touched = ev.forceDeep(member(clan, "exportsTouched"));
  if (touched.isError()) return report(touched);
  if (touched.is(Tag::List) && touched.aux == 0) return;
  const Value merged = member(clan, "exports");
  if (merged.isError()) return report(merged);
  if (!merged.is(Tag::Attrs)) return;
  for (const lang::Attr* attr : ev.sortedByName(merged.attrs)) {
    const std::string scope(ev.text(attr->name));
    if (touched.is(Tag::List)) {
      bool wanted = false;
      for (const Value& one : touched.list()) wanted = wanted || (one.is(Tag::String) && one.string() == scope);
      if (!wanted) continue;
    }
    const Value interfaces = ev.forceDeep(attr->value);
    if (interfaces.isError()) {
      report(interfaces);
      continue;
    }
    auto& into = exports_[scope];
    into.clear();
    if (interfaces.is(Tag::Attrs))
      for (const lang::Attr* one : ev.sortedByName(interfaces.attrs))
        if (auto value = plainValue(ev, one->value); value && !value->isNil())
          into[std::string(ev.text(one->name))] = *std::move(value);
    if (into.empty()) exports_.erase(scope);
  }
}

}  // namespace fleetd::render
