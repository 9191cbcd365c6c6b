// Reading the choice of a store.
#include "plugins/vars/store/choice.hpp"

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars {

namespace {

using fleet::Value;

std::string text(const Value& set, std::string_view name) {
  const Value* value = set.find(name);
  const auto* held = value ? value->get<std::string>() : nullptr;
  return held ? *held : std::string();
}

std::vector<std::string> texts(const Value& value) {
  std::vector<std::string> out;
  if (const auto* list = value.get<fleet::List>())
    for (const auto& item : *list)
      if (const auto* one = item.get<std::string>()) out.push_back(*one);
  return out;
}

}  // namespace

std::string nameOf(StoreKind kind) {
  switch (kind) {
    case StoreKind::Age: return "age";
    case StoreKind::Password: return "password-store";
    case StoreKind::Sops: break;
  }
  return "sops";
}

fleet::Result<StoreKind> storeKind(std::string_view name) {
  for (const StoreKind kind : {StoreKind::Sops, StoreKind::Age, StoreKind::Password})
    if (name == nameOf(kind)) return kind;
  return age::error("VARS95", "`" + std::string(name.substr(0, 80)) + "` is no store of secrets that fleetd knows",
                    "sops, age and password-store can be used; others are for clan's own tools");
}

fleet::Result<StoreChoice> readStoreChoice(const Value& value) {
  StoreChoice out;
  if (const std::string kind = text(value, "kind"); !kind.empty()) {
    FLEET_TRY_ASSIGN(out.kind, storeKind(kind));
  }
  if (const Value* recipients = value.find("recipients")) {
    if (const Value* all = recipients->find("default")) out.recipients = texts(*all);
    const Value* hosts = recipients->find("hosts");
    if (const auto* set = hosts ? hosts->get<fleet::Attrs>() : nullptr)
      for (const auto& [machine, keys] : *set) out.recipientsOf[machine] = texts(keys);
  }
  if (const std::string command = text(value, "passCommand"); !command.empty()) out.passCommand = command;
  if (out.passCommand != "pass" && out.passCommand != "passage")
    return age::error("VARS95", "`" + out.passCommand.substr(0, 80) + "` is no program of a password store",
                      "passCommand is pass or passage");
  return out;
}

}  // namespace fleetd::vars
