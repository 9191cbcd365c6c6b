// `fleetd machines`: machines of the inventory, listed, made and changed.
#include "kernel/cli/machines.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/cli/inventory_words.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using base::Json;
using fleet::InventoryPath;

constexpr std::size_t kLongestName = 63;

struct Field {
  std::string_view name;
  enum class Kind : std::uint8_t { Text, Bool, Int, Texts } kind;
};
constexpr Field kFields[] = {{"description", Field::Kind::Text},
                             {"icon", Field::Kind::Text},
                             {"tags", Field::Kind::Texts},
                             {"installedAt", Field::Kind::Int},
                             {"deploy.targetHost", Field::Kind::Text},
                             {"deploy.buildHost", Field::Kind::Text},
                             {"deploy.forwardAgent", Field::Kind::Bool}};

Json texts(const std::vector<std::string>& all) {
  Json::Array out;
  for (const auto& one : all)
    if (std::find(out.begin(), out.end(), Json(one)) == out.end()) out.emplace_back(one);
  return Json(std::move(out));
}

bool isAddress(const Field& field) { return field.name == "deploy.targetHost" || field.name == "deploy.buildHost"; }

Result<Json> valueOf(const Field& field, const std::string& text) {
  const auto wrong = [&](std::string_view wanted) {
    return Error{Code::FL0903, fmt::format("{}={}: {} is expected", field.name, shownWord(text), wanted), "", {}};
  };
  if (field.kind == Field::Kind::Texts) {
    std::vector<std::string> all;
    for (const auto part : base::split(text, ','))
      if (const auto one = base::trim(part); !one.empty()) all.emplace_back(one);
    for (const auto& one : all) FLEETD_TRY(checkTag(one));
    return texts(all);
  }
  if (text == "null" || text.empty()) return Json();
  if (isAddress(field)) FLEETD_TRY(checkHostAddress(std::string(field.name), text));
  if (field.kind == Field::Kind::Text) {
    FLEETD_TRY(checkText(std::string(field.name), text));
    return Json(text);
  }
  if (field.kind == Field::Kind::Bool) {
    if (text != "true" && text != "false") return wrong("true or false");
    return Json(text == "true");
  }
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return wrong("a number");
  return Json(number);
}

std::string templateOf(const std::string& klass, const std::string& system) {
  const bool darwin = klass == "darwin";
  std::string out =
      darwin
          ? "# What this Mac is.\n"
          : "# What this machine is. hardware-configuration.nix and disko.nix beside this file are found by their names.\n";
  out += fmt::format("{{ ... }}:\n{{\n  nixpkgs.hostPlatform = \"{}\";\n\n", system);
  out += "  # The release whose defaults for stored data apply; it stays as it is.\n";
  out += fmt::format("  system.stateVersion = {};\n}}\n", darwin ? "6" : "\"25.11\"");
  return out;
}

int change(Context& cx, std::string_view verb) {
  const auto& words = cx.args.positionals;
  const std::size_t needed = verb == "rename" ? 3 : 2;
  if (words.size() < needed || (verb != "set" && words.size() > needed))
    return cx.fail({Code::FL0903,
                    fmt::format("`fleetd machines {}` takes {}", verb, verb == "rename" ? "two names" : "a name"),
                    fmt::format("fleetd machines {} NAME{}", verb,
                                verb == "rename" ? " NEW-NAME"
                                : verb == "set"  ? " FIELD=VALUE…"
                                                 : ""),
                    {}});
  auto opened = InventoryChange::open(cx);
  if (!opened) return cx.fail(opened.error());
  InventoryChange& inventory = **opened;
  const std::string& name = words[1];
  std::string message = fmt::format("machines: {} {}", verb, name);
  if (verb == "set") message = fmt::format("inventory.json: set {}", name);
  if (verb == "rename") message += fmt::format(" to {}", words[2]);
  // The same command again after it was interrupted at its very end.
  if (inventory.finished() == message) {
    if (verb == "delete") {
      inventory.release();
      encryptForTheOthers(cx);
    }
    return cx.finish();
  }
  inventory.describe(message);
  const Result<void> done = verb == "create"   ? createMachine(cx, inventory, name)
                            : verb == "set"    ? setMachine(cx, inventory, name)
                            : verb == "rename" ? renameMachine(cx, inventory, name, words[2])
                                               : deleteMachine(cx, inventory, name);
  if (!done) return cx.fail(done.error());
  inventory.commit();
  if (!cx.quiet() && !cx.json()) cx.out.message(inventory.touched() ? message + "\n" : "nothing changes\n");
  return cx.finish();
}

}  // namespace

Result<void> checkMachineName(const std::string& name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  const bool fine = !name.empty() && name.size() <= kLongestName && plain(name.front()) && plain(name.back()) &&
                    std::all_of(name.begin(), name.end(), [&](char c) { return plain(c) || c == '-'; });
  if (fine) return {};
  return Error{Code::FL0614,
               fmt::format("`{}` is no name for a machine", shownWord(name)),
               "letters, digits and hyphens, no hyphen at either end, at most 63 characters",
               {}};
}

Result<void> createMachine(Context& cx, InventoryChange& change, const std::string& name) {
  FLEETD_TRY(checkMachineName(name));
  const std::string lower = base::toLower(name);
  for (const fleet::Host& host : cx.workspace().fleet().hosts())
    if (host.klass != "home" && base::toLower(host.name) == lower)
      return Error{Code::FL0615, fmt::format("the fleet has a machine {} already", host.name), "", host.place};
  const std::string klass = cx.args.has("--class") ? std::string(cx.args.value("--class")) : "nixos";
  if (klass != "nixos" && klass != "darwin")
    return Error{Code::FL0903, fmt::format("--class {}: nixos or darwin is expected", shownWord(klass)), "", {}};
  std::string system(cx.args.value("--system"));
  if (system.empty()) system = klass == "darwin" ? "aarch64-darwin" : "x86_64-linux";
  if (!std::all_of(system.begin(), system.end(),
                   [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }))
    return Error{Code::FL0903, fmt::format("--system {}: as in x86_64-linux", shownWord(system)), "", {}};
  for (const auto& tag : cx.args.values("--tag")) FLEETD_TRY(checkTag(tag));
  if (cx.args.has("--target-host"))
    FLEETD_TRY(checkHostAddress("--target-host", std::string(cx.args.value("--target-host"))));
  FLEETD_TRY(checkText("--description", std::string(cx.args.value("--description"))));
  Json::Object machine;
  if (klass == "darwin") machine.emplace_back("machineClass", Json(klass));
  if (cx.args.has("--description"))
    machine.emplace_back("description", Json(std::string(cx.args.value("--description"))));
  if (cx.args.has("--target-host"))
    machine.emplace_back("deploy",
                         Json(Json::Object{{"targetHost", Json(std::string(cx.args.value("--target-host")))}}));
  if (cx.args.has("--tag")) machine.emplace_back("tags", texts(cx.args.values("--tag")));
  FLEETD_TRY(change.edit().set({"machines", name}, Json(std::move(machine))));
  const std::string from(cx.args.value("--template"));
  if (!from.empty() && from != "new-machine") {
    FLEETD_TRY(createFromTemplate(cx, change, from, name));
  } else {
    FLEETD_TRY(change.create("machines/" + name + "/configuration.nix", templateOf(klass, system)));
  }
  return change.apply();
}

Result<void> setMachine(Context& cx, InventoryChange& change, const std::string& name) {
  FLEETD_TRY(change.needMachine(name));
  if (cx.args.positionals.size() < 3)
    return Error{Code::FL0903,
                 "nothing to set",
                 "fleetd machines set NAME FIELD=VALUE…, for example description=\"a text\"",
                 {}};
  for (std::size_t i = 2; i < cx.args.positionals.size(); ++i) {
    const std::string& word = cx.args.positionals[i];
    const auto equals = word.find('=');
    const std::string key = word.substr(0, equals);
    if (key == "name")
      return Error{Code::FL0903, "a machine's name is not a field", "fleetd machines rename NAME NEW-NAME", {}};
    if (key == "machineClass")
      return Error{Code::FL0903, "the class of a machine does not change", "make a machine of the other class", {}};
    const auto* field =
        std::find_if(std::begin(kFields), std::end(kFields), [&](const Field& one) { return one.name == key; });
    if (field == std::end(kFields) || equals == std::string::npos) {
      std::vector<std::string_view> names;
      for (const Field& one : kFields) names.push_back(one.name);
      std::string hint = suggestion(key, names);
      if (hint.empty() || field != std::end(kFields)) hint = "FIELD=VALUE; the fields are " + base::join(names, ", ");
      return Error{Code::FL0903, fmt::format("`{}` sets nothing", shownWord(word)), std::move(hint), {}};
    }
    FLEETD_TRY_ASSIGN(const Json value, valueOf(*field, word.substr(equals + 1)));
    InventoryPath path{"machines", name};
    for (const auto part : base::split(key, '.')) path.emplace_back(part);
    FLEETD_TRY(change.edit().set(path, value));
  }
  return change.apply();
}

int runMachines(Context& cx) {
  const std::string_view verb = cx.args.positionals.empty() ? "list" : cx.args.positional(0);
  if (verb == "list") {
    if (auto alone = noMoreWords(cx.args, 1); !alone) return cx.fail(alone.error());
    return listMachines(cx);
  }
  if (verb == "install" || verb == "hardware") {
    if (cx.args.positionals.size() != 2)
      return cx.fail({Code::FL0903, fmt::format("`fleetd machines {}` needs one machine", verb), "", {}});
    return verb == "install" ? installMachine(cx) : machineHardware(cx);
  }
  constexpr std::string_view kVerbs[] = {"list", "create", "delete", "rename", "set"};
  if (std::find(std::begin(kVerbs), std::end(kVerbs), verb) != std::end(kVerbs)) return change(cx, verb);
  std::string hint = suggestion(verb, {std::begin(kVerbs), std::end(kVerbs)});
  if (hint.empty()) hint = "the verbs are list, create, delete, rename, set, hardware and install";
  return cx.fail({Code::FL0903, fmt::format("unknown verb `{}`", shownWord(verb)), std::move(hint), {}});
}

}  // namespace fleetd::cli
