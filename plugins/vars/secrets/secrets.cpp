// Requests of `fleetd secrets`.
#include "plugins/vars/secrets/secrets.hpp"

#include "plugins/vars/secrets/run.hpp"

namespace fleetd::vars {

namespace {

using fleet::Value;

struct Verb {
  std::string_view noun, action;
  std::size_t least, most;  // words behind it
  bool writes;
  std::string_view words;  // as in help
};

constexpr std::size_t kMany = 64;
constexpr Verb kVerbs[] = {
    {"", "list", 0, 1, false, "[PATTERN]"},
    {"", "get", 1, 1, false, "NAME"},
    {"", "set", 1, 1, true, "NAME"},
    {"", "import-sops", 1, 1, true, "FILE"},
    {"", "rename", 2, 2, true, "NAME NEW-NAME"},
    {"", "remove", 1, 1, true, "NAME"},
    {"", "who", 0, 1, false, "[NAME]"},
    {"users", "list", 0, 0, false, ""},
    {"users", "get", 1, 1, false, "USER"},
    {"users", "add", 1, kMany, true, "USER --age-key KEY"},
    {"users", "remove", 1, 1, true, "USER"},
    {"users", "add-key", 1, kMany, true, "USER --age-key KEY"},
    {"users", "remove-key", 1, kMany, true, "USER --age-key KEY"},
    {"users", "add-secret", 2, 2, true, "USER SECRET"},
    {"users", "remove-secret", 2, 2, true, "USER SECRET"},
    {"users", "rotate", 1, kMany, true, "USER [--age-key KEY]"},
    {"machines", "list", 0, 0, false, ""},
    {"machines", "get", 1, 1, false, "MACHINE"},
    {"machines", "add", 1, kMany, true, "MACHINE --age-key KEY"},
    {"machines", "remove", 1, 1, true, "MACHINE"},
    {"machines", "add-key", 1, kMany, true, "MACHINE --age-key KEY"},
    {"machines", "remove-key", 1, kMany, true, "MACHINE --age-key KEY"},
    {"machines", "add-secret", 2, 2, true, "MACHINE SECRET"},
    {"machines", "remove-secret", 2, 2, true, "MACHINE SECRET"},
    {"machines", "rotate", 1, 1, true, "MACHINE"},
    {"groups", "list", 0, 0, false, ""},
    {"groups", "get", 1, 1, false, "GROUP"},
    {"groups", "create", 1, 1, true, "GROUP --user NAME --machine NAME"},
    {"groups", "remove", 1, 1, true, "GROUP"},
    {"groups", "add-user", 2, 2, true, "GROUP USER"},
    {"groups", "remove-user", 2, 2, true, "GROUP USER"},
    {"groups", "add-machine", 2, 2, true, "GROUP MACHINE"},
    {"groups", "remove-machine", 2, 2, true, "GROUP MACHINE"},
    {"groups", "add-secret", 2, 2, true, "GROUP SECRET"},
    {"groups", "remove-secret", 2, 2, true, "GROUP SECRET"},
    {"key", "show", 0, 0, false, ""},
    {"key", "generate", 0, 0, true, "[--new]"},
    {"key", "update", 0, 0, true, ""},
};

std::string textOf(const Value& request, std::string_view name) {
  const Value* value = request.find(name);
  const auto* held = value ? value->get<std::string>() : nullptr;
  return held ? *held : std::string();
}

bool flagOf(const Value& request, std::string_view name) {
  const Value* value = request.find(name);
  const bool* held = value ? value->get<bool>() : nullptr;
  return held && *held;
}

std::vector<std::string> textsOf(const Value& request, std::string_view name) {
  std::vector<std::string> out;
  const Value* value = request.find(name);
  if (const auto* list = value ? value->get<fleet::List>() : nullptr)
    for (const auto& item : *list)
      if (const auto* one = item.get<std::string>()) out.push_back(*one);
  return out;
}

std::set<std::string> setOf(const Value& request, std::string_view name) {
  const auto list = textsOf(request, name);
  return {list.begin(), list.end()};
}

fleet::Result<const Verb*> verbOf(const SecretsRequest& request) {
  std::string known;
  for (const auto& verb : kVerbs) {
    if (verb.noun != request.noun) continue;
    if (verb.action == request.action) return &verb;
    known += (known.empty() ? "" : ", ") + std::string(verb.action);
  }
  if (known.empty()) return age::error("VARS62", "a request of an unknown kind");
  return age::error("VARS85",
                    request.action.empty()
                        ? "`fleetd secrets " + request.noun + "` needs to know what to do"
                        : "`fleetd secrets " + request.noun + "` has no `" + request.action.substr(0, 80) + "`",
                    "there are: " + known);
}

// "secrets: users add ada"
std::string messageOf(const SecretsRequest& request) {
  std::string out = "secrets:";
  for (const std::string& part : {request.noun, request.action}) out += part.empty() ? "" : " " + part;
  if (request.action == "import-sops") return out;  // a path on this machine is nobody's business
  for (std::size_t i = 0; i < request.words.size() && i < 2; ++i)
    if (request.words[i].size() <= 80) out += " " + request.words[i];
  return out;
}

fleet::Result<void> dispatch(SecretsRun& run) {
  const std::string& noun = run.request.noun;
  if (noun == "users" || noun == "machines") return runPeople(run);
  if (noun == "groups") return runGroups(run);
  if (noun == "key") return runKey(run);
  return run.request.action == "who" ? runWho(run) : runValues(run);
}

}  // namespace

bool secretsWrite(const Value& value) {
  SecretsRequest request;
  request.noun = textOf(value, "noun");
  request.action = textOf(value, "action");
  const auto verb = verbOf(request);
  return verb && (*verb)->writes;
}

fleet::Result<Value> runSecrets(const Value& value) {
  const std::string fleet = textOf(value, "fleet");
  if (!fleet.starts_with('/')) return age::error("VARS62", "a request needs the fleet's directory");
  SecretsRequest request;
  request.noun = textOf(value, "noun");
  request.action = textOf(value, "action");
  request.words = textsOf(value, "words");
  request.keys = textsOf(value, "keys");
  request.pgpKeys = textsOf(value, "pgpKeys");
  request.prefix = textOf(value, "prefix");
  request.inputType = textOf(value, "inputType");
  request.editIn = textOf(value, "editIn");
  request.users = setOf(value, "users");
  request.machines = setOf(value, "machines");
  request.groups = setOf(value, "groups");
  request.fleetMachines = setOf(value, "fleetMachines");
  request.force = flagOf(value, "force");
  request.fresh = flagOf(value, "new");
  request.fromTerminal = flagOf(value, "fromTerminal");
  FLEET_TRY_ASSIGN(const auto* verb, verbOf(request));
  if (request.words.size() < verb->least || request.words.size() > verb->most)
    return age::error("VARS85", "this takes other words",
                      "fleetd secrets " + (request.noun.empty() ? "" : request.noun + " ") + request.action +
                          (verb->words.empty() ? "" : " ") + std::string(verb->words));
  FLEET_TRY_ASSIGN(auto store, Store::open(fleet));
  FLEET_TRY_ASSIGN(auto access, Access::open(store));
  SecretsRun run{std::move(request), std::move(access), {}};
  if (verb->writes) store.begin();
  FLEET_TRY(dispatch(run));
  if (verb->writes) FLEET_TRY(store.commit(messageOf(run.request)));
  run.answer.commit(messageOf(run.request), store.takeTouched());
  return run.answer.value();
}

}  // namespace fleetd::vars
