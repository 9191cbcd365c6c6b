// Hosts and aggregates as level F yields them.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/json.hpp"
#include "kernel/base/suggest.hpp"
#include "kernel/fleet/loader.hpp"

namespace fleetd::fleet {

namespace {

using lang::Evaluator;
using lang::Tag;
using lang::Value;

std::string stringOf(Evaluator& ev, Value set, std::string_view name) {
  const Value v = ev.selectOr(set, ev.symbol(name), Value::null(), 0);
  return v.is(Tag::String) ? std::string(v.string()) : std::string();
}

std::vector<std::string> stringsOf(Evaluator& ev, Value set, std::string_view name) {
  std::vector<std::string> out;
  const Value v = ev.selectOr(set, ev.symbol(name), Value::null(), 0);
  if (!v.is(Tag::List)) return out;
  for (const Value& element : v.list()) {
    const Value text = ev.force(element);
    if (text.is(Tag::String)) out.emplace_back(text.string());
  }
  return out;
}

void sortUnique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

constexpr int kMaxImportDepth = 64;

// Aggregates carry the name level F gave them in `_file`: "…#modules.<class>.<name>".
std::string aggregateName(std::string_view file, std::string_view klass) {
  const std::string mark = fmt::format("#modules.{}.", klass);
  const auto at = file.rfind(mark);
  return at == std::string_view::npos ? std::string() : std::string(file.substr(at + mark.size()));
}

// Follows imports that are plain sets; functions need a host, and what they import shows when it is composed.
void findAggregates(Evaluator& ev, Value module, std::string_view klass, int depth, std::vector<std::string>& out) {
  if (depth > kMaxImportDepth) return;
  module = ev.force(module);
  if (!module.is(Tag::Attrs)) return;
  const std::string name = aggregateName(stringOf(ev, module, "_file"), klass);
  if (!name.empty()) {
    if (std::find(out.begin(), out.end(), name) != out.end()) return;
    out.push_back(name);
  }
  const lang::Attr* imports = module.attrs->find(ev.names().imports);
  if (!imports) return;
  const Value list = ev.force(imports->value);
  if (list.is(Tag::List))
    for (const Value& element : list.list()) findAggregates(ev, element, klass, depth + 1, out);
}

}  // namespace

std::vector<std::string> Loader::aggregatesOf(Value modules, std::string_view klass) {
  std::vector<std::string> out;
  modules = ev_.force(modules);
  if (modules.is(Tag::List))
    for (const Value& module : modules.list())
      findAggregates(ev_, module, klass == "home" ? "homeManager" : klass, 0, out);
  return out;
}

void Loader::collect(Value outputs, std::string_view attribute, std::string_view klass) {
  const lang::Attr* attr = outputs.attrs->find(ev_.symbol(attribute));
  if (!attr) return;
  const Value set = ev_.force(attr->value);
  if (set.isError()) return report(set);
  if (!set.is(Tag::Attrs)) {
    base::Diagnostic d;
    d.code = base::Code::FL0507;
    d.severity = base::Severity::Note;
    d.message = fmt::format("the names in {} are not known without Nix: {}", attribute, ev_.show(set));
    if (attr->pos != 0) d.span = {attr->pos, attr->pos + 1};
    return diagnostics_.add(std::move(d));
  }
  for (const lang::Attr* item : ev_.sortedByName(set.attrs)) addHost(*item, klass, attribute);
}

// Homes below legacyPackages.<system>, which home-manager and `nix build .#homeConfigurations.NAME` find, too. What
// else is wrong with the packages of a system is not the hosts' matter.
void Loader::collectPackagedHomes(Value outputs) {
  constexpr std::string_view kOrigin = "legacyPackages";
  const Value systems = ev_.selectOr(outputs, ev_.symbol(kOrigin), Value::null(), 0);
  if (!systems.is(Tag::Attrs)) return;
  for (const lang::Attr* system : ev_.sortedByName(systems.attrs)) {
    const Value homes = ev_.selectOr(ev_.force(system->value), ev_.symbol("homeConfigurations"), Value::null(), 0);
    if (!homes.is(Tag::Attrs)) continue;
    for (const lang::Attr* home : ev_.sortedByName(homes.attrs)) {
      const std::string attribute(ev_.text(home->name));
      const std::string name = fmt::format("{}@{}", attribute, ev_.text(system->name));
      const std::size_t before = fleet_.hosts_.size();
      addHost({ev_.symbol(name), home->pos, home->value}, "home", kOrigin);
      if (fleet_.hosts_.size() == before) continue;
      Host& host = fleet_.hosts_.back();
      host.attribute = attribute;
      host.system = ev_.text(system->name);
      if (home->pos != 0) host.place = {home->pos, home->pos + static_cast<Pos>(attribute.size())};
    }
  }
}

void Loader::addHost(const lang::Attr& attr, std::string_view klass, std::string_view origin) {
  const std::string name(ev_.text(attr.name));
  const Value value = ev_.force(attr.value);
  if (value.isError()) return report(value, name);
  const Value request = ev_.selectOr(value, ev_.symbol("_fleetd"), Value::null(), attr.pos);
  if (!request.is(Tag::Attrs)) {
    base::Diagnostic d;
    d.code = base::Code::FL0507;
    d.severity = base::Severity::Note;
    d.message = fmt::format("{}.{} is not made by a function fleetd knows; the host is left to Nix", origin, name);
    if (attr.pos != 0) d.span = {attr.pos, attr.pos + 1};
    d.host = name;
    return diagnostics_.add(std::move(d));
  }
  Host host;
  host.name = name;
  host.klass = klass;
  host.system = stringOf(ev_, request, "system");
  host.tags = stringsOf(ev_, request, "tags");
  sortUnique(host.tags);
  host.origin = origin;
  if (const std::string from = stringOf(ev_, request, "origin"); !from.empty()) host.origin = from;
  // Hosts of an inventory come out of fleetd's own text, which is no place a person can look at.
  const base::SourceFile* file = attr.pos != 0 ? ev_.sources().fileOf(attr.pos) : nullptr;
  if (file && !file->name.starts_with("fleetd:")) host.place = {attr.pos, attr.pos + static_cast<Pos>(name.size())};
  fleet_.intrinsics_->requests.insert_or_assign({host.klass, host.name}, attr.value);
  host.modules = ev_.select(request, ev_.names().modules, attr.pos);
  host.specialArgs = ev_.select(request, ev_.names().specialArgs, attr.pos);
  for (const Value& v : {host.modules, host.specialArgs})
    if (v.isError()) return report(v, name);
  host.aggregates = aggregatesOf(host.modules, klass);
  fleet_.hosts_.push_back(std::move(host));
}

Result<void> Loader::addNamedHosts(Value outputs, const std::string& jsonPath, NamedHosts& named) {
  auto source = fleet_.evaluator().sources().add(jsonPath, named.text);
  if (!source) return std::move(source).error();
  const auto malformed = [&](std::string message, std::size_t offset) {
    const Pos at = (*source)->base + static_cast<Pos>(offset);
    return Error{base::Code::FL0508,
                 std::move(message),
                 "expected { \"hosts\": { NAME: { \"class\", \"tags\", \"aggregates\" } } }",
                 {at, at + 1}};
  };
  if (!named.json) {
    // With everything else in order, a name that occurs twice is one of the objects': of hosts, mostly.
    Error problem = malformed(named.json.error().message, named.failedAt);
    if (base::parseJson(named.text)) problem.code = base::Code::FL0505;
    return problem;
  }
  fleet_.document_ = std::make_unique<base::Json>(std::move(*named.json));
  const base::Json* hosts = fleet_.document_->find("hosts");
  if (!hosts || !hosts->asObject()) return malformed("fleet.json has no object `hosts`", 0);
  const Value modules = ev_.selectOr(outputs, ev_.names().modules, Value::of(ev_.newBindings(0)), 0);
  for (const auto& [name, spec] : *hosts->asObject()) {
    const auto quoted = named.places.find(name);
    const std::size_t offset = quoted == named.places.end() ? 0 : quoted->second;
    Host host;
    host.name = name;
    host.klass = std::string(spec.stringOr("class", ""));
    host.system = std::string(spec.stringOr("system", ""));
    host.origin = "fleet.json";
    host.place = {(*source)->base + static_cast<Pos>(offset),
                  (*source)->base + static_cast<Pos>(offset + name.size() + 2)};
    if (host.klass != "nixos" && host.klass != "darwin" && host.klass != "home")
      return malformed(fmt::format("host {} has class \"{}\"; it must be nixos, darwin or home", name, host.klass),
                       offset);
    for (const char* key : {"tags", "aggregates"})
      if (const base::Json* list = spec.find(key); list && list->asArray())
        for (const base::Json& element : *list->asArray())
          if (element.asString())
            (std::string_view(key) == "tags" ? host.tags : host.aggregates).push_back(*element.asString());
    sortUnique(host.tags);
    const Value klass = ev_.selectOr(modules, ev_.symbol(host.klass == "home" ? "homeManager" : host.klass),
                                     Value::of(ev_.newBindings(0)), 0);
    if (klass.isError()) {
      report(klass, name);
      continue;
    }
    std::vector<Value> list;
    for (const std::string& aggregate : host.aggregates) {
      const lang::Attr* attr = klass.is(Tag::Attrs) ? klass.attrs->find(ev_.symbol(aggregate)) : nullptr;
      if (attr) {
        list.push_back(attr->value);
        continue;
      }
      base::Diagnostic d;
      d.code = base::Code::FL0504;
      d.message = fmt::format("host {} names the aggregate `{}`, which no module of class {} contributes to", name,
                              aggregate, host.klass);
      d.span = host.place;
      d.host = name;
      std::vector<std::string_view> names;
      if (klass.is(Tag::Attrs))
        for (const lang::Attr& a : *klass.attrs) names.push_back(ev_.text(a.name));
      if (const auto best = base::nearestNames(aggregate, names, 3, std::max<std::size_t>(2, aggregate.size() / 3));
          !best.empty())
        d.notes.push_back(base::didYouMean(best));
      diagnostics_.add(std::move(d));
    }
    host.modules = ev_.list(list);
    host.specialArgs = Value::of(ev_.newBindings(0));
    fleet_.hosts_.push_back(std::move(host));
  }
  return {};
}

void Loader::collectAggregates(Value outputs) {
  const Value modules = ev_.selectOr(outputs, ev_.names().modules, Value::null(), 0);
  if (modules.isError()) return report(modules);
  if (!modules.is(Tag::Attrs)) return;
  for (const lang::Attr* klass : ev_.sortedByName(modules.attrs)) {
    const Value set = ev_.force(klass->value);
    if (set.isError()) {
      report(set);
      continue;
    }
    if (!set.is(Tag::Attrs)) continue;
    for (const lang::Attr* item : ev_.sortedByName(set.attrs)) {
      Aggregate aggregate;
      aggregate.klass = ev_.text(klass->name);
      aggregate.name = ev_.text(item->name);
      // The wrapper imports one deferred module, whose imports are the contributions.
      const Value wrapper = ev_.force(item->value);
      if (wrapper.is(Tag::Attrs))
        if (const lang::Attr* imports = wrapper.attrs->find(ev_.names().imports)) {
          const Value outer = ev_.force(imports->value);
          const Value inner = outer.is(Tag::List) && outer.aux == 1 ? ev_.force(outer.elements[0]) : Value();
          if (inner.is(Tag::Attrs))
            if (const lang::Attr* list = inner.attrs->find(ev_.names().imports)) {
              const Value contributions = ev_.force(list->value);
              if (contributions.is(Tag::List)) aggregate.contributions = contributions.aux;
            }
        }
      if (item->pos != 0) aggregate.place = {item->pos, item->pos + 1};
      fleet_.aggregates_.push_back(std::move(aggregate));
    }
  }
}

}  // namespace fleetd::fleet
