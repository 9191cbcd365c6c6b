// Reading the choice of plugins.
#include "kernel/render/selection.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/json.hpp"
#include "kernel/base/suggest.hpp"
#include "kernel/base/text.hpp"
#include "kernel/render/views.hpp"

namespace fleetd::render {

namespace {

using base::Code;
using lang::Tag;
using lang::Value;

class Reader {
 public:
  explicit Reader(lang::Evaluator& ev) : ev_(ev) {}

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

  std::vector<std::string> texts(Value set, std::string_view key, const std::string& where) {
    const Value list = member(set, key);
    std::vector<std::string> out;
    bool fits = list.is(Tag::List);
    if (fits)
      for (const Value& element : list.list()) {
        const Value text = ev_.force(element);
        fits = fits && text.is(Tag::String);
        if (text.is(Tag::String)) out.emplace_back(text.string());
      }
    if (fits || list.is(Tag::Null)) return out;
    unfit_.push_back(fmt::format("{}.{}", where, key));
    return {};
  }
  const std::vector<std::string>& unfit() const { return unfit_; }

 private:
  lang::Evaluator& ev_;
  std::vector<std::string> unfit_;  // members that are no lists of texts
};

constexpr const char *kFromFleetd = "fleetd", *kFromClan = "clan";

void takeProvider(PluginChoice& choice, const std::string& host, const std::string* provider,
                  Diagnostics& diagnostics) {
  if (provider && (*provider == kFromFleetd || *provider == kFromClan)) {
    choice.providers[host] = *provider;
    return;
  }
  diagnostics.add(Error{base::Code::FL0735,
                        provider
                            ? fmt::format("hosts.{}.provider is `{}`", host, base::sanitize(provider->substr(0, 80)))
                            : fmt::format("hosts.{}.provider is no text that is known without Nix", host),
                        "write \"fleetd\" or \"clan\": who brings clan.core to the host",
                        {}});
}

constexpr const char* kSettings = "pluginSettings";
constexpr std::string_view kPlugins = "plugins";

void refuseSettings(Diagnostics& diagnostics, const std::string& id, std::string_view why) {
  diagnostics.add(Error{base::Code::FL0891,
                        fmt::format("the settings of the plugin `{}` {}", id, why),
                        fmt::format("write a set of plain values: {}.\"{}\" = {{ … }}", kSettings, id),
                        {}});
}

Lists listsOf(Reader& read, Value data, std::string_view key) {
  Lists out;
  out.all = read.texts(data, key, "fleet");
  for (const auto& [name, value] : read.entries(read.member(data, "tags")))
    out.tags[name] = read.texts(value, key, fmt::format("fleet.tags.{}", name));
  for (const auto& [name, value] : read.entries(read.member(data, "hosts")))
    out.hosts[name] = read.texts(value, key, fmt::format("fleet.hosts.{}", name));
  return out;
}

void sayUnfit(const std::vector<std::string>& unfit, Code code, std::string_view what, Diagnostics& diagnostics) {
  for (const std::string& where : unfit) {
    Diagnostic d;
    d.code = code;
    d.severity = base::info(code).severity;
    d.message = fmt::format("`{}` is no list of {}", where, what);
    diagnostics.add(std::move(d));
  }
}

PluginChoice fromOutputs(fleet::Fleet& fleet, Diagnostics& diagnostics) {
  Reader read(fleet.evaluator());
  const Value data = read.member(fleet.outputs(), "fleet");
  PluginChoice out{listsOf(read, data, kPlugins), {}, {}};
  sayUnfit(read.unfit(), Code::FL0805, "plugins and is left alone", diagnostics);
  for (const auto& [name, value] : read.entries(read.member(data, "hosts"))) {
    const Value provider = read.member(value, "provider");
    if (provider.is(Tag::Null)) continue;
    const std::string text(provider.is(Tag::String) ? provider.string() : "");
    takeProvider(out, name, provider.is(Tag::String) ? &text : nullptr, diagnostics);
  }
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

std::vector<std::string> textsOf(const base::Json& object, std::string_view key) {
  std::vector<std::string> out;
  const base::Json* list = object.find(key);
  if (list && list->asArray())
    for (const base::Json& text : *list->asArray())
      if (text.asString()) out.push_back(*text.asString());
  return out;
}

Lists listsOf(const base::Json& json, std::string_view key) {
  Lists out;
  out.all = textsOf(json, key);
  for (const auto& [name, into] : {std::pair("tags", &out.tags), std::pair("hosts", &out.hosts)})
    if (const base::Json* object = json.find(name); object && object->asObject())
      for (const auto& [one, value] : *object->asObject()) (*into)[one] = textsOf(value, key);
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

PluginChoice fromDocument(const base::Json& json, Diagnostics& diagnostics) {
  PluginChoice out{listsOf(json, kPlugins), {}, {}};
  if (const base::Json* hosts = json.find("hosts"); hosts && hosts->asObject())
    for (const auto& [name, value] : *hosts->asObject())
      if (const base::Json* provider = value.find("provider"))
        takeProvider(out, name, provider->asString(), diagnostics);
  if (const base::Json* all = json.find(kSettings); all && all->asObject())
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
  if (const base::Json* document = fleet.document()) return fromDocument(*document, diagnostics);
  return fromOutputs(fleet, diagnostics);
}

Lists readLists(fleet::Fleet& fleet, std::string_view key, Code otherwise, Diagnostics& diagnostics) {
  if (const base::Json* document = fleet.document()) return listsOf(*document, key);
  Reader read(fleet.evaluator());
  Lists out = listsOf(read, read.member(fleet.outputs(), "fleet"), key);
  sayUnfit(read.unfit(), otherwise, "texts", diagnostics);
  return out;
}

std::vector<std::string> listFor(const Lists& lists, const fleet::Host& host) {
  std::vector<std::string> out;
  const auto add = [&](const std::vector<std::string>& texts) {
    for (const auto& text : texts)
      if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(text);
  };
  add(lists.all);
  for (const auto& tag : host.tags)
    if (const auto found = lists.tags.find(tag); found != lists.tags.end()) add(found->second);
  for (const auto& name : {host.name, host.klass + ":" + host.name})
    if (const auto found = lists.hosts.find(name); found != lists.hosts.end()) add(found->second);
  return out;
}

void applyProviders(const PluginChoice& choice, fleet::Fleet& fleet, Diagnostics& diagnostics) {
  const bool isFlake = fleet.kind() == fleet::Kind::Flake;
  for (const auto& [name, provider] : choice.providers) {
    bool found = false;
    for (fleet::Host& host : fleet.hosts()) {
      if (host.name != name && host.klass + ":" + host.name != name) continue;
      found = true;
      std::string why, hint = "leave it out";
      if (host.klass == "home")
        why = fmt::format("{} is a home, and homes have no clan.core", name);
      else if (host.origin == "clan" && isFlake && provider == kFromFleetd)
        why = fmt::format("{} is made by clan-core, which brings clan.core itself", name),
        hint = "make the host with nixosSystem or darwinSystem, and fleetd brings it; no secret changes";
      else if (!isFlake && provider == kFromClan)
        why = fmt::format("clan-core cannot bring clan.core to {}: without a flake there is none", name);
      if (why.empty()) {
        host.provider = provider;
        continue;
      }
      Error error{base::Code::FL0736, std::move(why), std::move(hint), host.place};
      diagnostics.add(std::move(error));
    }
    if (found) continue;
    std::vector<std::string_view> names;
    for (const fleet::Host& host : fleet.hosts()) names.push_back(host.name);
    const auto near = base::nearestNames(name, names, 3, std::max<std::size_t>(2, name.size() / 3));
    diagnostics.add(Error{base::Code::FL0735,
                          fmt::format("hosts.{}.provider: the fleet has no such host", base::sanitize(name)),
                          near.empty() ? std::string("`fleetd hosts` lists them") : base::didYouMean(near),
                          {}});
  }
}

std::vector<std::string> chosenFor(const PluginChoice& choice, const fleet::Host& host) {
  std::vector<std::string> out = host.plugins;
  for (auto& id : listFor(choice, host)) out.push_back(std::move(id));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace fleetd::render
