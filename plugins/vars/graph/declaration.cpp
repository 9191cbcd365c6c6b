// Reading declarations out of composed configurations.
#include "plugins/vars/graph/declaration.hpp"

#include <algorithm>

#include <sodium.h>
#include <nlohmann/json.hpp>

#include "plugins/vars/age/primitives.hpp"
#include "plugins/vars/store/store.hpp"

namespace fleetd::vars {

namespace {

using fleet::Value;

bool flag(const Value& set, std::string_view name, bool fallback) {
  const Value* value = set.find(name);
  const bool* held = value ? value->get<bool>() : nullptr;
  return held ? *held : fallback;
}

std::string text(const Value& set, std::string_view name) {
  const Value* value = set.find(name);
  const auto* held = value ? value->get<std::string>() : nullptr;
  return held ? *held : std::string();
}

std::vector<std::string> texts(const Value& set, std::string_view name) {
  std::vector<std::string> out;
  const Value* value = set.find(name);
  if (const auto* list = value ? value->get<fleet::List>() : nullptr)
    for (const auto& item : *list)
      if (const auto* one = item.get<std::string>()) out.push_back(*one);
  return out;
}

// A script with parts that only Nix knows is compared as it is written.
Value sourceOf(const Value& value) {
  const auto* expression = value.get<fleet::Expr>();
  return expression ? Value(expression->source) : value;
}

const fleet::Attrs& entries(const Value& set, std::string_view name) {
  static const fleet::Attrs kNone;
  const Value* value = set.find(name);
  const auto* held = value ? value->get<fleet::Attrs>() : nullptr;
  return held ? *held : kNone;
}

// What is only known to Nix counts as null: such a value cannot be validated without it.
nlohmann::json jsonOf(const Value& value) {
  if (const auto* b = value.get<bool>()) return *b;
  if (const auto* i = value.get<std::int64_t>()) return *i;
  if (const auto* d = value.get<double>()) return *d;
  if (const auto* s = value.get<std::string>()) return *s;
  nlohmann::json out;
  if (const auto* list = value.get<fleet::List>()) {
    out = nlohmann::json::array();
    for (const auto& item : *list) out.push_back(jsonOf(item));
  } else if (const auto* attrs = value.get<fleet::Attrs>()) {
    out = nlohmann::json::object();
    for (const auto& attr : *attrs) out[attr.name] = jsonOf(attr.value);
  }
  return out;
}

fleet::Error badName(const std::string& machine, const std::string& what, const std::string& name) {
  return age::error("VARS40", "on " + machine + ": `" + name + "` cannot be the name of a " + what,
                    "use letters, digits and _ . @ + -");
}

// What a plugin keeps is neither made nor public: one place for each value.
fleet::Result<void> checkStore(const GeneratorDecl& decl) {
  if (decl.store.empty()) return {};
  const auto refuse = [&](const std::string& what, std::string hint) {
    return age::error("VARS64",
                      "the generator " + decl.place + " is kept by the plugin " + decl.store + " and has " + what,
                      std::move(hint));
  };
  if (!decl.builtin.isNil() || decl.script || !decl.prompts.empty())
    return refuse("a way to be made", "leave out `store`, or `builtin`, `script` and `prompts`");
  for (const auto& [file, kind] : decl.files)
    if (!kind.secret) return refuse("the public file " + file, "put public files into a generator of their own");
  return {};
}

// What is the same for all placements. `owner` is for messages.
fleet::Result<GeneratorDecl> common(const std::string& owner, const std::string& name, const Value& value) {
  GeneratorDecl out;
  out.name = name;
  for (const auto& [file, decl] : entries(value, "files")) {
    if (!isName(file)) return badName(owner, "file", file);
    out.files[file] = {
        flag(decl, "secret", true), flag(decl, "deploy", true), text(decl, "owner"),         text(decl, "group"),
        text(decl, "mode"),         text(decl, "neededFor"),    texts(decl, "restartUnits"), {}};
  }
  for (const auto& [prompt, decl] : entries(value, "prompts")) {
    if (!isName(prompt)) return badName(owner, "prompt", prompt);
    const Value* display = decl.find("display");
    const auto shown = [&](std::string_view what) { return display ? text(*display, what) : std::string(); };
    std::string title = shown("label").empty() ? text(decl, "description") : shown("label");
    if (!shown("group").empty()) title = shown("group") + (title.empty() ? "" : ": " + title);
    out.prompts[prompt] = {std::move(title), text(decl, "type"), flag(decl, "persist", false), shown("helperText")};
  }
  if (const Value* validation = value.find("validation")) out.validationHash = validationHash(*validation);
  if (const Value* builtin = value.find("builtin")) out.builtin = *builtin;
  const Value* script = value.find("script");
  out.script = script && !script->isNil() && !(script->get<std::string>() && script->get<std::string>()->empty());
  if (!out.builtin.isNil())
    out.definitionHash = "builtin " + validationHash(out.builtin);
  else if (out.script)
    out.definitionHash = "script " + validationHash(sourceOf(*script));
  out.store = text(value, "store");
  return out;
}

fleet::Result<GeneratorDecl> one(const std::string& machine, const std::string& name, const Value& value) {
  FLEET_TRY_ASSIGN(auto out, common(machine, name, value));
  const bool share = flag(value, "share", false);
  out.place = placeOf(machine, name, share);
  if (!share) out.machine = machine;
  out.machines.insert(machine);
  out.dependencies = texts(value, "dependencies");
  FLEET_TRY(checkStore(out));
  return out;
}

fleet::Result<GeneratorDecl> ofExport(const std::string& scope, const std::string& name, const Value& value) {
  FLEET_TRY_ASSIGN(auto out, common(scope, name, value));
  out.scope = scope;
  out.place = "per-export/" + scope + "/" + name;
  if (!out.store.empty())
    return age::error("VARS64", "the generator " + out.place + " is of an export, and no plugin keeps those",
                      "declare it with `store` on the machines that get it");
  // A prompt that is kept is a file, as it is on machines.
  for (const auto& [prompt, decl] : out.prompts)
    if (decl.persist) out.files.try_emplace(prompt);
  for (auto& [file, kind] : out.files) {
    const auto& declared = entries(value, "files");
    const Value* more = declared.find(file);
    const auto machines = more ? texts(*more, "deploy") : std::vector<std::string>();
    for (const auto& machine : machines)
      if (!isName(machine)) return badName(scope, "machine", machine);
    kind.to.insert(machines.begin(), machines.end());
    kind.deploy = !kind.to.empty();
    out.machines.insert(kind.to.begin(), kind.to.end());
  }
  for (const auto& [alias, meant] : entries(value, "dependencies")) {
    if (!isName(alias)) return badName(scope, "dependency", alias);
    const std::string key = text(meant, "exportKey"), generator = text(meant, "generator");
    if (!isScope(key)) return badName(scope, "scope", key);
    if (!isName(generator)) return badName(scope, "generator", generator);
    out.dependencies.push_back(alias);
    out.aliases[alias] = "per-export/" + key + "/" + generator;
  }
  return out;
}

// What machines that share a generator have to agree about.
std::string difference(const GeneratorDecl& a, const GeneratorDecl& b) {
  const auto sameFiles =
      std::equal(a.files.begin(), a.files.end(), b.files.begin(), b.files.end(), [](const auto& x, const auto& y) {
        return x.first == y.first && x.second.secret == y.second.secret && x.second.deploy == y.second.deploy;
      });
  const auto samePrompts = std::equal(a.prompts.begin(), a.prompts.end(), b.prompts.begin(), b.prompts.end(),
                                      [](const auto& x, const auto& y) { return x.first == y.first; });
  if (!sameFiles) return "files";
  if (!samePrompts) return "prompts";
  if (a.dependencies != b.dependencies) return "dependencies";
  if (a.validationHash != b.validationHash) return "validation";
  if (a.store != b.store) return "store";
  return {};
}

}  // namespace

bool isName(std::string_view name) {
  if (name.empty() || name.size() > 200 || name.front() == '.') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_.@+-").find(c) != std::string_view::npos;
  });
}

std::string validationHash(const Value& value) {
  if (value.isNil()) return {};
  const std::string json = jsonOf(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::uint8_t hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, reinterpret_cast<const std::uint8_t*>(json.data()), json.size());
  char hex[2 * sizeof hash + 1];
  sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
  return hex;
}

bool isScope(std::string_view name) {
  std::string plain(name);
  std::erase(plain, ':');
  return std::count(name.begin(), name.end(), ':') == 3 && name.size() <= 200 && isName(plain) && name.front() != '.';
}

fleet::Result<void> addExports(const Value& exports, Declarations& all) {
  const auto* scopes = exports.get<fleet::Attrs>();
  if (!scopes) return {};
  for (const auto& [scope, generators] : *scopes) {
    const auto* set = generators.get<fleet::Attrs>();
    if (!set || set->empty()) continue;
    if (!isScope(scope)) return badName("exports", "scope", scope);
    for (const auto& [name, value] : *set) {
      if (!isName(name)) return badName(scope, "generator", name);
      FLEET_TRY_ASSIGN(auto decl, ofExport(scope, name, value));
      all.emplace(decl.place, std::move(decl));
    }
  }
  return {};
}

fleet::Result<Declarations> readDeclarations(const Value& machines) {
  Declarations out;
  const auto* all = machines.get<fleet::Attrs>();
  if (!all) return out;
  for (const auto& [machine, generators] : *all) {
    if (!isName(machine)) return badName(machine, "machine", machine);
    const auto* set = generators.get<fleet::Attrs>();
    if (!set) continue;
    for (const auto& [name, value] : *set) {
      if (!isName(name)) return badName(machine, "generator", name);
      FLEET_TRY_ASSIGN(auto decl, one(machine, name, value));
      const auto [at, isNew] = out.emplace(decl.place, decl);
      if (isNew) continue;
      if (const std::string what = difference(at->second, decl); !what.empty())
        return age::error("VARS41",
                          "the shared generator " + name + " has other " + what + " on " + machine + " than on " +
                              *at->second.machines.begin(),
                          "declare it in one module that both import");
      at->second.machines.insert(machine);
    }
  }
  return out;
}

}  // namespace fleetd::vars
