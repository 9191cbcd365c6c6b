// Reading service instances off level F.
#include "kernel/fleet/instances.hpp"

#include <algorithm>

#include "kernel/fleet/intrinsics.hpp"
#include "kernel/lang/source_path.hpp"

namespace fleetd::fleet {

namespace {

using lang::Evaluator;
using lang::Tag;
using lang::Value;

class InventoryReader {
 public:
  InventoryReader(Fleet& fleet, base::Diagnostics& diagnostics)
      : fleet_(fleet), ev_(fleet.evaluator()), diagnostics_(diagnostics) {}

  Inventory read() {
    Inventory out;
    const Value noted = ev_.force(fleet_.intrinsics().clan);
    if (!noted.is(Tag::Attrs)) return out;
    const Value clan = member(noted, "clan");
    const Value inventory = member(clan, "inventory");
    const Value resolved = member(noted, "resolved");
    const Value meta = member(inventory, "meta");
    out.meta = {text(quiet(meta, "name")), text(quiet(meta, "domain"))};
    if (const auto path = lang::sourcePath(ev_, member(clan, "directory"))) out.directory = *path;
    for (const lang::Attr* attr : entries(member(inventory, "machines"))) out.machines.emplace_back(name(*attr));
    for (const lang::Attr* attr : entries(member(resolved, "machinesByTag"))) {
      auto& machines = out.tags[std::string(name(*attr))];
      for (const Value& machine : list(attr->value)) machines.push_back(text(ev_.force(machine)));
      std::sort(machines.begin(), machines.end());
    }
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
    if (v.isError()) report(v);
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
  void report(Value error) { diagnostics_.add(ev_.diagnostic(*error.error)); }

  std::optional<ServiceInstance> one(const lang::Attr& attr) {
    const Value resolved = ev_.force(attr.value);
    if (resolved.isError()) {
      report(resolved);
      return std::nullopt;
    }
    const Value instance = member(resolved, "instance");
    const Value module = member(instance, "module");
    if (!instance.is(Tag::Attrs) || !module.is(Tag::Attrs)) return std::nullopt;
    ServiceInstance out;
    out.name = name(attr);
    out.service = text(member(resolved, "service"));
    out.input = text(member(module, "input"));
    out.own = member(resolved, "own").isTrue();
    const Value written = member(instance, "roles");
    for (const lang::Attr* role : entries(member(resolved, "roles"))) {
      const Value value = ev_.force(role->value);
      if (value.isError()) {
        report(value);
        continue;
      }
      out.roles.emplace(name(*role), roleOf(value, quiet(written, name(*role))));
    }
    if (const Span place = placeOf(out.name)) out.place = place;
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
    return out;
  }

  // Where the inventory first names an instance.
  Span placeOf(std::string_view instance) {
    const Value clan = quiet(ev_.force(fleet_.intrinsics().clan), "clan");
    const Value instances = quiet(quiet(clan, "inventory"), "instances");
    if (!instances.is(Tag::Attrs)) return {};
    const lang::Attr* attr = instances.attrs->find(ev_.symbol(instance));
    return attr && attr->pos ? Span{attr->pos, attr->pos + static_cast<Pos>(instance.size())} : Span{};
  }

  Fleet& fleet_;
  Evaluator& ev_;
  base::Diagnostics& diagnostics_;
};

}  // namespace

Inventory readInventory(Fleet& fleet, base::Diagnostics& diagnostics) {
  return InventoryReader(fleet, diagnostics).read();
}

}  // namespace fleetd::fleet
