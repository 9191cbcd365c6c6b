// Reading service instances off level F.
#include "kernel/fleet/instances.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/fleet/intrinsics.hpp"
#include "kernel/fleet/inventory_check.hpp"
#include "kernel/fleet/inventory_shape.hpp"
#include "kernel/lang/source_path.hpp"

namespace fleetd::fleet {

namespace {

using lang::Evaluator;
using lang::Tag;
using lang::Value;

class InventoryReader {
 public:
  InventoryReader(Fleet& fleet, Value clan, base::Diagnostics& diagnostics)
      : ev_(fleet.evaluator()), clan_(ev_.force(clan)), diagnostics_(diagnostics) {}

  Inventory read() {
    Inventory out;
    if (!clan_.is(Tag::Attrs)) return out;
    const Value clan = clan_;
    const Value inventory = member(clan, "inventory");
    const Value resolved = member(clan, "resolvedServices");
    const Value meta = member(inventory, "meta");
    out.meta = {text(quiet(meta, "name")), text(quiet(meta, "domain"))};
    if (const auto path = lang::sourcePath(ev_, member(clan, "directory"))) out.directory = *path;
    for (const lang::Attr* attr : entries(member(inventory, "machines"))) {
      if (!isHostName(name(*attr))) refuseName(*attr);
      out.machines.emplace_back(name(*attr));
      out.classes[out.machines.back()] = text(quiet(ev_.force(attr->value), "machineClass"));
    }
    for (const lang::Attr* attr : entries(quiet(clan, "modules"))) out.modules.emplace_back(name(*attr));
    for (const lang::Attr* attr : entries(member(resolved, "namedByTag")))
      out.named[std::string(name(*attr))] = texts(attr->value);
    for (const lang::Attr* attr : entries(member(resolved, "machinesByTag"))) {
      out.tags[std::string(name(*attr))] = texts(attr->value);
    }
    for (const lang::Attr* attr : entries(quiet(inventory, "services"))) refuseEarlier(*attr);
    for (const lang::Attr* attr : entries(member(resolved, "instances")))
      if (auto instance = one(*attr)) out.instances.push_back(*std::move(instance));
    return out;
  }

 private:
  std::string_view name(const lang::Attr& attr) { return ev_.text(attr.name); }
  static std::string text(Value v) { return v.is(Tag::String) ? std::string(v.string()) : std::string(); }

  // A member that may be missing or fail without anybody caring.
  Value quiet(Value set, std::string_view key) {
    if (!set.is(Tag::Attrs)) return Value::null();
    const lang::Attr* attr = set.attrs->find(ev_.symbol(key));
    return attr ? ev_.force(attr->value) : Value::null();
  }
  Value member(Value set, std::string_view key) {
    const Value v = quiet(set, key);
    if (v.isError()) report(v, around_);
    return v;
  }
  std::vector<const lang::Attr*> entries(Value set) {
    std::vector<const lang::Attr*> out;
    if (set.is(Tag::Attrs))
      for (const lang::Attr* attr : ev_.sortedByName(set.attrs)) out.push_back(attr);
    return out;
  }
  std::span<const Value> list(Value v) {
    v = ev_.force(v);
    return v.is(Tag::List) ? v.list() : std::span<const Value>();
  }
  std::vector<std::string> texts(Value v) {
    std::vector<std::string> out;
    for (const Value& one : list(v)) out.push_back(text(ev_.force(one)));
    std::sort(out.begin(), out.end());
    return out;
  }
  void report(Value error, Span around) { diagnostics_.add(placedDiagnostic(ev_, *error.error, around)); }

  void refuseName(const lang::Attr& attr) {
    base::Diagnostic d;
    d.code = base::Code::FL0614;
    d.severity = base::info(d.code).severity;
    d.message = fmt::format("`{}` is no name for a machine", base::sanitize(ev_.text(attr.name)));
    if (attr.pos) d.span = {attr.pos, attr.pos + static_cast<Pos>(ev_.text(attr.name).size())};
    d.notes.emplace_back("letters, digits, hyphens, at most 63 of them, a letter or a digit at both ends");
    diagnostics_.add(std::move(d));
  }

  // What clan called services before it had instances.
  void refuseEarlier(const lang::Attr& attr) {
    const std::string name = base::sanitize(ev_.text(attr.name));
    base::Diagnostic d;
    d.code = base::Code::FL0632;
    d.severity = base::info(d.code).severity;
    d.message = fmt::format("`inventory.services.{}` is written as clan had it earlier, and nothing reads it", name);
    if (attr.pos) d.span = {attr.pos, attr.pos + static_cast<Pos>(ev_.text(attr.name).size())};
    d.notes.push_back(fmt::format(
        "write `inventory.instances.<name> = {{ module.name = \"{}\"; roles.<role>.machines.<machine> = {{ }}; }}`",
        name));
    diagnostics_.add(std::move(d));
  }

  std::optional<ServiceInstance> one(const lang::Attr& attr) {
    const Span place = around_ = placeOf(name(attr));
    auto out = resolvedOne(attr, place);
    around_ = {};
    return out;
  }

  std::optional<ServiceInstance> resolvedOne(const lang::Attr& attr, Span place) {
    const Value resolved = ev_.force(attr.value);
    if (resolved.isError()) {
      report(resolved, place);
      return std::nullopt;
    }
    const Value instance = member(resolved, "instance");
    const Value module = member(instance, "module");
    if (!instance.is(Tag::Attrs) || !module.is(Tag::Attrs)) return std::nullopt;
    const Value service = member(resolved, "service"), input = member(module, "input"),
                roles = member(resolved, "roles");
    if (service.isError() || input.isError() || roles.isError()) return std::nullopt;
    ServiceInstance out;
    out.name = name(attr);
    out.service = text(service);
    out.input = text(input);
    out.own = member(resolved, "own").isTrue();
    if (out.own) out.declared = declared(quiet(resolved, "manifest"), quiet(resolved, "interfaces"));
    const Value written = member(instance, "roles");
    for (const lang::Attr* role : entries(roles)) {
      const Value value = ev_.force(role->value);
      if (value.isError()) {
        report(value, place);
        continue;
      }
      out.roles.emplace(name(*role), roleOf(value, quiet(written, name(*role))));
    }
    if (place) out.place = place;
    return out;
  }

  std::optional<std::int64_t> number(Value set, std::string_view key) {
    const Value v = quiet(set, key);
    return v.is(Tag::Int) ? std::optional(v.integer) : std::nullopt;
  }

  OwnService declared(Value manifest, Value interfaces) {
    OwnService out;
    out.name = text(quiet(manifest, "name"));
    for (const lang::Attr* role : entries(interfaces)) out.roles.emplace_back(name(*role));
    const Value constraints = quiet(manifest, "constraints");
    out.maxInstances = number(constraints, "maxInstances");
    for (const lang::Attr* role : entries(quiet(constraints, "roles"))) {
      const Value limits = ev_.force(role->value);
      out.limits[std::string(name(*role))] = {number(limits, "minMachines"), number(limits, "maxMachines")};
    }
    return out;
  }

  InstanceRole roleOf(Value resolved, Value written) {
    InstanceRole out;
    for (const lang::Attr* machine : entries(member(resolved, "machines"))) {
      const Value entry = ev_.force(machine->value);
      const lang::Attr* settings = entry.is(Tag::Attrs) ? entry.attrs->find(ev_.symbol("settings")) : nullptr;
      if (settings) out.machines.emplace(name(*machine), settings->value);
    }
    for (const lang::Attr* machine : entries(member(written, "machines"))) out.named.emplace_back(name(*machine));
    for (const lang::Attr* tag : entries(member(written, "tags"))) out.tags.emplace_back(name(*tag));
    out.excluded = texts(quiet(written, "excludeMachines"));
    return out;
  }

  // Where the inventory first names an instance.
  Span placeOf(std::string_view instance) {
    const Value instances = quiet(quiet(clan_, "inventory"), "instances");
    if (!instances.is(Tag::Attrs)) return {};
    const lang::Attr* attr = instances.attrs->find(ev_.symbol(instance));
    return attr && attr->pos ? Span{attr->pos, attr->pos + static_cast<Pos>(instance.size())} : Span{};
  }

  Evaluator& ev_;
  Value clan_;
  base::Diagnostics& diagnostics_;
  Span around_;  // the instance that is read
};

}  // namespace

Inventory readInventory(Fleet& fleet, Value clan, base::Diagnostics& diagnostics) {
  return InventoryReader(fleet, clan, diagnostics).read();
}

std::vector<std::string> servicesNamed(Fleet& fleet) {
  Evaluator& ev = fleet.evaluator();
  const auto below = [&](Value set, std::string_view name) {
    return set.is(Tag::Attrs) ? ev.selectOr(set, ev.symbol(name), Value::null(), 0) : Value::null();
  };
  const Value instances = below(below(below(ev.force(fleet.intrinsics().clan), "clan"), "inventory"), "instances");
  std::set<std::string> out;
  if (instances.is(Tag::Attrs))
    for (const lang::Attr& instance : *instances.attrs)
      if (const Value name = below(below(ev.force(instance.value), "module"), "name"); name.is(Tag::String))
        out.emplace(name.string());
  return {out.begin(), out.end()};
}

Inventory readInventory(Fleet& fleet, base::Diagnostics& diagnostics) {
  Evaluator& ev = fleet.evaluator();
  const Value noted = ev.force(fleet.intrinsics().clan);
  if (!noted.is(Tag::Attrs)) return {};
  return readInventory(fleet, ev.select(noted, ev.symbol("clan"), 0), diagnostics);
}

}  // namespace fleetd::fleet
