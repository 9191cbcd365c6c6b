// Decoding requests.
#include "plugins/vars/request.hpp"

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars {

namespace {

using fleet::Value;

std::string text(const Value& request, std::string_view name) {
  const Value* value = request.find(name);
  const auto* held = value ? value->get<std::string>() : nullptr;
  return held ? *held : std::string();
}

bool flag(const Value& request, std::string_view name) {
  const Value* value = request.find(name);
  const bool* held = value ? value->get<bool>() : nullptr;
  return held && *held;
}

std::set<std::string> texts(const Value& request, std::string_view name) {
  std::set<std::string> out;
  const Value* value = request.find(name);
  if (const auto* list = value ? value->get<fleet::List>() : nullptr)
    for (const auto& item : *list)
      if (const auto* one = item.get<std::string>()) out.insert(*one);
  return out;
}

}  // namespace

fleet::Result<Request> readRequest(const Value& value) {
  const std::string fleet = text(value, "fleet");
  if (!fleet.starts_with('/')) return age::error("VARS62", "a request needs the fleet's directory");
  const Value* choice = value.find("store");
  FLEET_TRY_ASSIGN(const auto chosen, readStoreChoice(choice ? *choice : Value()));
  FLEET_TRY_ASSIGN(auto store, Store::open(fleet, chosen));
  const Value* machines = value.find("machines");
  FLEET_TRY_ASSIGN(auto declarations, readDeclarations(machines ? *machines : Value()));
  if (const Value* exports = value.find("exports")) FLEET_TRY(addExports(*exports, declarations));
  Request out{text(value, "verb"),
              fleet,
              std::move(store),
              std::move(declarations),
              {},
              text(value, "machine"),
              text(value, "id"),
              text(value, "user"),
              texts(value, "groups"),
              {},
              chosen,
              flag(value, "fromTerminal"),
              -1,
              readScriptSetup(value),
              {}};
  const Value* kept = value.find("kept");
  if (const auto* all = kept ? kept->get<fleet::Attrs>() : nullptr)
    for (const auto& [name, sealed] : *all)
      if (const auto* bytes = sealed.get<std::string>()) out.kept[name] = *bytes;
  const Value* machineGroups = value.find("machineGroups");
  if (const auto* set = machineGroups ? machineGroups->get<fleet::Attrs>() : nullptr)
    for (const auto& [machine, groups] : *set) out.machineGroups[machine] = texts(*machineGroups, machine);
  const Value* descriptor = value.find("descriptor");
  if (const auto* number = descriptor ? descriptor->get<std::int64_t>() : nullptr;
      number && *number > 2 && *number < 1 << 20)
    out.descriptor = static_cast<int>(*number);
  out.wanted = {texts(value, "only"), texts(value, "generators"), flag(value, "regenerate"),
                flag(value, "changedScripts")};
  if (out.verb == "keygen" && !isName(out.user))
    return age::error("VARS40", "`" + out.user + "` cannot be the name of a user",
                      "use letters, digits and _ . @ + -; --user says another one");
  const auto check = [](const std::set<std::string>& groups) -> fleet::Result<void> {
    for (const auto& group : groups)
      if (!isName(group)) return age::error("VARS40", "`" + group + "` cannot be the name of a group");
    return {};
  };
  FLEET_TRY(check(out.groups));
  for (const auto& [machine, groups] : out.machineGroups) FLEET_TRY(check(groups));
  return out;
}

Audience Request::audienceOf(const GeneratorDecl& decl, const FileDecl& kind) const {
  const auto& machines = decl.scope.empty() ? decl.machines : kind.to;
  return {machines, kind.deploy, groupsOf(machines)};
}

std::set<std::string> Request::groupsOf(const std::set<std::string>& machines) const {
  std::set<std::string> out = groups;
  for (const auto& name : machines)
    if (const auto found = machineGroups.find(name); found != machineGroups.end())
      out.insert(found->second.begin(), found->second.end());
  return out;
}

std::string commitMessage(const std::vector<std::string>& messages) {
  constexpr std::size_t kListed = 100;
  if (messages.size() == 1) return messages.front();
  std::string out = "vars: " + std::to_string(messages.size()) + " changes\n";
  for (std::size_t i = 0; i < messages.size() && i < kListed; ++i) out += "\n" + messages[i];
  if (messages.size() > kListed) out += "\nand " + std::to_string(messages.size() - kListed) + " more";
  return out;
}

void Answer::commit(std::string message, const std::vector<std::string>& files) {
  if (files.empty()) return;
  fleet::List list;
  for (const auto& file : files) list.push_back(file);
  commits_.push_back(fleet::Attrs{{"files", std::move(list)}, {"message", std::move(message)}});
}

void Answer::problem(std::string message, std::string hint) {
  problems_.push_back(fleet::Attrs{{"hint", std::move(hint)}, {"message", std::move(message)}});
}

Value Answer::value() const {
  fleet::Attrs out = rest_;
  out.set("commits", commits_);
  out.set("lines", lines_);
  out.set("problems", problems_);
  return out;
}

}  // namespace fleetd::vars
