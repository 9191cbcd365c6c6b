// Reading the choice of plugins.
#include "kernel/render/selection.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/json.hpp"
#include "kernel/render/views.hpp"

namespace fleetd::render {

namespace {

using lang::Tag;
using lang::Value;

class Reader {
 public:
  Reader(lang::Evaluator& ev, Diagnostics& diagnostics) : ev_(ev), diagnostics_(diagnostics) {}

  // The names and values of a set; nothing when it is none.
  std::vector<std::pair<std::string, Value>> entries(Value set) {
    std::vector<std::pair<std::string, Value>> out;
    set = ev_.force(set);
    if (set.is(Tag::Attrs))
      for (const lang::Attr* attr : ev_.sortedByName(set.attrs)) out.emplace_back(ev_.text(attr->name), attr->value);
    return out;
  }
  Value member(Value set, std::string_view name) {
    set = ev_.force(set);
    if (!set.is(Tag::Attrs)) return Value::null();
    const lang::Attr* attr = set.attrs->find(ev_.symbol(name));
    return attr ? ev_.force(attr->value) : Value::null();
  }

  std::vector<std::string> plugins(Value set, const std::string& where) {
    const Value list = member(set, "plugins");
    std::vector<std::string> out;
    bool fits = list.is(Tag::List);
    if (fits)
      for (const Value& element : list.list()) {
        const Value text = ev_.force(element);
        fits = fits && text.is(Tag::String);
        if (text.is(Tag::String)) out.emplace_back(text.string());
      }
    if (fits || list.is(Tag::Null)) return out;
    note(where);
    return {};
  }
  void note(const std::string& where) {
    Diagnostic d;
    d.code = base::Code::FL0805;
    d.severity = base::Severity::Note;
    d.message = fmt::format("`{}` is no list of plugins and is left alone", where);
    diagnostics_.add(std::move(d));
  }

 private:
  lang::Evaluator& ev_;
  Diagnostics& diagnostics_;
};

constexpr const char* kSettings = "pluginSettings";

void refuseSettings(Diagnostics& diagnostics, const std::string& id, std::string_view why) {
  diagnostics.add(Error{base::Code::FL0891,
                        fmt::format("the settings of the plugin `{}` {}", id, why),
                        fmt::format("write a set of plain values: {}.\"{}\" = {{ … }}", kSettings, id),
                        {}});
}

PluginChoice fromOutputs(fleet::Fleet& fleet, Diagnostics& diagnostics) {
  Reader read(fleet.evaluator(), diagnostics);
  PluginChoice out;
  const Value data = read.member(fleet.outputs(), "fleet");
  out.all = read.plugins(data, "fleet.plugins");
  for (const auto& [name, value] : read.entries(read.member(data, "tags")))
    out.tags[name] = read.plugins(value, fmt::format("fleet.tags.{}.plugins", name));
  for (const auto& [name, value] : read.entries(read.member(data, "hosts")))
    out.hosts[name] = read.plugins(value, fmt::format("fleet.hosts.{}.plugins", name));
  for (const auto& [id, value] : read.entries(read.member(data, kSettings))) {
    auto plain = plainValue(fleet.evaluator(), value);
    if (!plain)
      refuseSettings(diagnostics, id, "are not known without Nix");
    else if (!plain->get<sdk::Attrs>())
      refuseSettings(diagnostics, id, "are no set");
    else
      out.settings[id] = *std::move(plain);
  }
  return out;
}

std::vector<std::string> idsOf(const base::Json* object) {
  std::vector<std::string> out;
  const base::Json* list = object ? object->find("plugins") : nullptr;
  if (list && list->asArray())
    for (const base::Json& id : *list->asArray())
      if (id.asString()) out.push_back(*id.asString());
  return out;
}

plugin::PluginValue fromJson(const base::Json& json) {
  if (const auto* b = json.asBool()) return *b;
  if (const auto* i = json.asInt()) return *i;
  if (const auto* d = json.asFloat()) return *d;
  if (const auto* s = json.asString()) return *s;
  if (const auto* list = json.asArray()) {
    sdk::List out;
    for (const auto& item : *list) out.push_back(fromJson(item));
    return out;
  }
  if (const auto* object = json.asObject()) {
    sdk::Attrs out;
    for (const auto& [name, value] : *object) out.set(name, fromJson(value));
    return out;
  }
  return {};
}

PluginChoice fromJson(const std::string& path, Diagnostics& diagnostics) {
  PluginChoice out;
  const auto text = base::readFile(path);
  const auto json = text ? base::parseJson(*text) : Result<base::Json>(text.error());
  if (!json) return out;  // opening the fleet has said so
  out.all = idsOf(&*json);
  for (const auto& [key, into] : {std::pair("tags", &out.tags), std::pair("hosts", &out.hosts)})
    if (const base::Json* object = json->find(key); object && object->asObject())
      for (const auto& [name, value] : *object->asObject()) (*into)[name] = idsOf(&value);
  if (const base::Json* all = json->find(kSettings); all && all->asObject())
    for (const auto& [id, value] : *all->asObject()) {
      if (value.asObject())
        out.settings[id] = fromJson(value);
      else
        refuseSettings(diagnostics, id, "are no set");
    }
  return out;
}

}  // namespace

PluginChoice readChoice(fleet::Fleet& fleet, Diagnostics& diagnostics) {
  if (fleet.kind() == fleet::Kind::FleetJson) return fromJson(fleet.root() + "/fleet.json", diagnostics);
  return fromOutputs(fleet, diagnostics);
}

std::vector<std::string> chosenFor(const PluginChoice& choice, const fleet::Host& host) {
  std::vector<std::string> out = host.plugins;
  const auto add = [&](const std::vector<std::string>& ids) { out.insert(out.end(), ids.begin(), ids.end()); };
  add(choice.all);
  for (const auto& tag : host.tags)
    if (const auto found = choice.tags.find(tag); found != choice.tags.end()) add(found->second);
  for (const auto& name : {host.name, host.klass + ":" + host.name})
    if (const auto found = choice.hosts.find(name); found != choice.hosts.end()) add(found->second);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace fleetd::render
