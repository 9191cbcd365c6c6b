// The shape of inventory.json, field by field.
#include "kernel/fleet/inventory_shape.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "kernel/base/suggest.hpp"
#include "kernel/base/text.hpp"
#include "kernel/lang/print.hpp"

namespace fleetd::fleet {

namespace {

using base::Json;

constexpr std::size_t kLongestShown = 40;

std::string_view kindOf(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::Null: return "null";
    case Json::Kind::Bool: return *value.asBool() ? "true" : "false";
    case Json::Kind::Int:
    case Json::Kind::UInt:
    case Json::Kind::Float: return "a number";
    case Json::Kind::String: return "a text";
    case Json::Kind::Array: return "a list";
    case Json::Kind::Object: return "an object";
  }
  return "";
}

bool isWord(char c, bool capitals, std::string_view others) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (capitals && c >= 'A' && c <= 'Z') ||
         others.find(c) != std::string_view::npos;
}

bool isDomain(std::string_view text) {
  constexpr std::size_t kLongestLabel = 63;
  const auto labels = base::split(text, '.');
  return std::all_of(labels.begin(), labels.end(), [](std::string_view label) {
    return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), [](char c) { return isWord(c, false, "-"); });
  });
}

class Judge {
 public:
  explicit Judge(std::vector<InventoryMistake>& mistakes) : mistakes_(mistakes) {}

  void inventory(PlacedJson& root) {
    if (!isObject(root, "inventory.json", R"({ "machines": {}, "instances": {} })")) return;
    everywhere(root, "");
    static constexpr Field kFields[] = {{"meta", &Judge::meta},     {"machines", &Judge::machines},
                                        {"tags", &Judge::tags},     {"instances", &Judge::instances},
                                        {"services", &Judge::free},  // of an earlier clan, which is told of elsewhere
                                        {"modules", &Judge::free}};
    fields(root, "", kFields, 4);
  }

 private:
  struct Field {
    std::string_view name;
    void (Judge::*judge)(PlacedJson&, const std::string& path);
  };

  void mistake(PlacedJson& at, std::string message, std::string hint = {}) {
    at.leftOut = true;
    mistakes_.push_back({at.at, std::move(message), std::move(hint)});
  }
  void wrong(PlacedJson& at, const std::string& path, std::string_view expected, std::string hint = {}) {
    std::string found(kindOf(*at.json));
    if (const auto* text = at.json->asString(); text && text->size() <= kLongestShown)
      found = fmt::format("the text {}", base::sanitize(base::toJsonText(*at.json)));
    mistake(at, fmt::format("{} is {}, not {}", path, expected, found), std::move(hint));
  }
  static std::string below(const std::string& path, std::string_view name) {
    return base::sanitize(path.empty() ? lang::printName(name) : path + "." + lang::printName(name));
  }

  // `mkForce` and its like arrive as objects that name a priority.
  PlacedJson& content(PlacedJson& at) {
    PlacedJson* type = at.find("_type");
    PlacedJson* inner = at.find("content");
    return type && type->json->asString() && *type->json->asString() == "override" && inner ? content(*inner) : at;
  }
  void inside(PlacedJson& part, void (Judge::*judge)(PlacedJson&, const std::string&), const std::string& path) {
    PlacedJson& inner = content(part);
    (this->*judge)(inner, path);
    if (inner.leftOut) part.leftOut = true;
  }

  bool isObject(PlacedJson& at, const std::string& path, std::string_view example = {}) {
    if (at.json->asObject()) return true;
    wrong(at, path, "an object", example.empty() ? "" : fmt::format("write {}", example));
    return false;
  }

  // The first `named` are those to tell of.
  void fields(PlacedJson& at, const std::string& path, std::span<const Field> all, std::size_t named) {
    for (PlacedJson& part : at.parts) {
      const std::string name = below(path, part.name);
      const auto field = std::find_if(all.begin(), all.end(), [&](const Field& one) { return one.name == part.name; });
      if (field != all.end()) {
        inside(part, field->judge, name);
        continue;
      }
      std::vector<std::string_view> known;
      for (const Field& one : all.first(named)) known.push_back(one.name);
      const auto near = base::nearestNames(part.name, known, 1, 2);
      part.leftOut = true;
      mistakes_.push_back(
          {part.nameAt, fmt::format("there is no field {}", name),
           near.empty() ? fmt::format("the fields there are: {}", base::join(known, ", ")) : base::didYouMean(near)});
    }
  }

  // Texts and numbers that no value can have, wherever they are.
  void everywhere(PlacedJson& at, const std::string& path) {
    const auto* text = at.json->asString();
    if (text && text->find('\0') != std::string::npos) mistake(at, fmt::format("{} has a null character", path));
    if (at.json->asUInt()) mistake(at, fmt::format("{} is a number above {}", path, INT64_MAX));
    for (PlacedJson& part : at.parts) {
      if (part.name.find('\0') != std::string_view::npos) {
        part.leftOut = true;
        mistakes_.push_back({part.nameAt,
                             fmt::format("a name in {} has a null character", path.empty() ? "inventory.json" : path),
                             ""});
        continue;
      }
      everywhere(part, at.json->asArray() ? path : below(path, part.name));
    }
  }

  void free(PlacedJson&, const std::string&) {}
  void text(PlacedJson& at, const std::string& path) {
    if (!at.json->asString()) wrong(at, path, "a text");
  }
  void textOrNull(PlacedJson& at, const std::string& path) {
    if (!at.json->asString() && !at.json->isNull()) wrong(at, path, "a text or null");
  }
  void boolOrNull(PlacedJson& at, const std::string& path) {
    if (!at.json->asBool() && !at.json->isNull()) wrong(at, path, "true, false or null");
  }
  void secondsOrNull(PlacedJson& at, const std::string& path) {
    if (!at.json->asInt() && !at.json->asUInt() && !at.json->isNull())
      wrong(at, path, "a whole number of seconds, or null");
  }
  void listOf(PlacedJson& at, const std::string& path, std::string_view whole, std::string_view example) {
    if (!at.json->asArray()) return wrong(at, path, whole, fmt::format("write {}", example));
    for (std::size_t i = 0; i < at.parts.size(); ++i)
      if (!at.parts[i].json->asString()) wrong(at.parts[i], fmt::format("entry {} of {}", i + 1, path), "a text");
  }
  void tagList(PlacedJson& at, const std::string& path) { listOf(at, path, "a list of tags", R"([ "server" ])"); }
  void machineList(PlacedJson& at, const std::string& path) {
    listOf(at, path, "a list of machines", R"([ "web", "mail" ])");
  }

  void fleetName(PlacedJson& at, const std::string& path) {
    const auto* name = at.json->asString();
    if (!name || !std::all_of(name->begin(), name->end(), [](char c) { return isWord(c, true, "_-"); }))
      wrong(at, path, "a name of letters, digits, `_` and `-`");
  }
  void domain(PlacedJson& at, const std::string& path) {
    const auto* name = at.json->asString();
    if (!name || !isDomain(*name)) wrong(at, path, "a domain in small letters, as example.org");
  }
  void tld(PlacedJson& at, const std::string& path) {
    const auto* name = at.json->asString();
    const bool fine =
        name && !name->empty() && std::all_of(name->begin(), name->end(), [](char c) { return c >= 'a' && c <= 'z'; });
    if (!fine && !at.json->isNull()) wrong(at, path, "a word in small letters, or null");
  }
  void meta(PlacedJson& at, const std::string& path) {
    static constexpr Field kFields[] = {{"name", &Judge::fleetName},
                                        {"domain", &Judge::domain},
                                        {"description", &Judge::textOrNull},
                                        {"icon", &Judge::textOrNull},
                                        {"tld", &Judge::tld}};
    if (isObject(at, path, R"({ "name": "home" })")) fields(at, path, kFields, 4);
  }

  void machineClass(PlacedJson& at, const std::string& path) {
    const auto* name = at.json->asString();
    if (!name || (*name != "nixos" && *name != "darwin"))
      wrong(at, path, R"("nixos" or "darwin")",
            "homes that stand alone are no machines: they are in homeConfigurations");
  }
  void deploy(PlacedJson& at, const std::string& path) {
    static constexpr Field kFields[] = {
        {"targetHost", &Judge::textOrNull}, {"buildHost", &Judge::textOrNull}, {"forwardAgent", &Judge::boolOrNull}};
    if (isObject(at, path, R"({ "targetHost": "root@192.0.2.1" })")) fields(at, path, kFields, std::size(kFields));
  }
  void machine(PlacedJson& at, const std::string& path) {
    static constexpr Field kFields[] = {{"name", &Judge::text},
                                        {"description", &Judge::textOrNull},
                                        {"icon", &Judge::textOrNull},
                                        {"machineClass", &Judge::machineClass},
                                        {"installedAt", &Judge::secondsOrNull},
                                        {"tags", &Judge::tagList},
                                        {"deploy", &Judge::deploy}};
    if (isObject(at, path, R"({ "tags": [ "server" ] })")) return fields(at, path, kFields, std::size(kFields));
    // It is there all the same, so that nobody misses it.
    at.leftOut = false;
    at.emptied = true;
  }
  void machines(PlacedJson& at, const std::string& path) {
    if (!isObject(at, path, R"({ "web": { "tags": [ "server" ] } })")) return;
    for (PlacedJson& part : at.parts) inside(part, &Judge::machine, below(path, part.name));
  }
  void tags(PlacedJson& at, const std::string& path) {
    if (!isObject(at, path, R"({ "server": [ "web", "mail" ] })")) return;
    for (PlacedJson& part : at.parts) inside(part, &Judge::machineList, below(path, part.name));
  }

  void settings(PlacedJson& at, const std::string& path) { isObject(at, path, "{ } when there are none"); }
  void notHere(PlacedJson& at, const std::string& path) {
    mistake(at, fmt::format("{} has no effect at a machine or a tag", path),
            "extraModules belong to the role as a whole");
  }
  void member(PlacedJson& at, const std::string& path) {
    static constexpr Field kFields[] = {{"settings", &Judge::settings}, {"extraModules", &Judge::notHere}};
    if (isObject(at, path, "{ } for a member without settings")) fields(at, path, kFields, 1);
  }
  void members(PlacedJson& at, const std::string& path) {
    if (!isObject(at, path, R"({ "web": { } })")) return;
    for (PlacedJson& part : at.parts) inside(part, &Judge::member, below(path, part.name));
  }
  void roleTags(PlacedJson& at, const std::string& path) {
    if (at.json->asArray()) return tagList(at, path);
    if (!at.json->asObject()) return wrong(at, path, "an object or a list of tags", R"(write { "server": { } })");
    members(at, path);
  }
  void modules(PlacedJson& at, const std::string& path) {
    if (!at.json->asArray()) return wrong(at, path, "a list of paths", R"(write [ "modules/extra.nix" ])");
    for (std::size_t i = 0; i < at.parts.size(); ++i)
      if (!at.parts[i].json->asString() && !at.parts[i].json->asObject())
        wrong(at.parts[i], fmt::format("entry {} of {}", i + 1, path), "the path of a module");
  }
  void role(PlacedJson& at, const std::string& path) {
    static constexpr Field kFields[] = {{"machines", &Judge::members},
                                        {"tags", &Judge::roleTags},
                                        {"settings", &Judge::settings},
                                        {"excludeMachines", &Judge::machineList},
                                        {"extraModules", &Judge::modules}};
    if (isObject(at, path, R"({ "machines": { "web": { } } })")) fields(at, path, kFields, std::size(kFields));
  }
  void roles(PlacedJson& at, const std::string& path) {
    if (!isObject(at, path, R"({ "default": { "machines": { "web": { } } } })")) return;
    for (PlacedJson& part : at.parts) inside(part, &Judge::role, below(path, part.name));
  }
  void service(PlacedJson& at, const std::string& path) {
    static constexpr Field kFields[] = {{"name", &Judge::text}, {"input", &Judge::textOrNull}};
    if (isObject(at, path, R"({ "name": "users" })")) fields(at, path, kFields, std::size(kFields));
  }
  void instances(PlacedJson& at, const std::string& path) {
    static constexpr Field kFields[] = {{"module", &Judge::service}, {"roles", &Judge::roles}};
    if (!isObject(at, path, R"({ "users": { "roles": { } } })")) return;
    for (PlacedJson& part : at.parts) {
      const std::size_t before = mistakes_.size();
      PlacedJson& instance = content(part);
      const std::string name = below(path, part.name);
      if (isObject(instance, name, R"({ "module": { "name": "users" }, "roles": { } })"))
        fields(instance, name, kFields, std::size(kFields));
      if (mistakes_.size() > before) part.leftOut = true;
    }
  }

  std::vector<InventoryMistake>& mistakes_;
};

}  // namespace

bool isHostName(std::string_view name) {
  constexpr std::size_t kLongest = 63;
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= kLongest && plain(name.front()) && plain(name.back()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return plain(c) || c == '-' || c == '_'; });
}

std::vector<InventoryMistake> judgeInventory(PlacedDocument& document) {
  std::vector<InventoryMistake> out;
  Judge(out).inventory(document.root());
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.at.begin < b.at.begin; });
  return out;
}

}  // namespace fleetd::fleet
