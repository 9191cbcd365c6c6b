// Secrets of sops/secrets: list, get, set, rename, remove.
#include <cstdlib>
#include <cstring>

#include <sodium.h>

#include "plugins/vars/secrets/editor.hpp"
#include "plugins/vars/secrets/run.hpp"
#include "plugins/vars/terminal.hpp"

namespace fleetd::vars {

namespace {

const std::string kSecrets = "sops/secrets/";
constexpr const char* kVariable = "SOPS_NIX_SECRET";

fleet::Result<void> list(SecretsRun& run) {
  const std::string pattern = run.request.words.empty() ? "" : run.word(0);
  FLEET_TRY_ASSIGN(const auto all, run.access.all());
  Table table({"SECRET", "USERS", "MACHINES", "GROUPS"});
  for (const auto& directory : all) {
    if (!directory.starts_with(kSecrets) || secretName(directory).find(pattern) == std::string::npos) continue;
    FLEET_TRY_ASSIGN(const Readers readers, run.access.readersOf(directory));
    table.add({secretName(directory), joined(readers.users), joined(readers.machines), joined(readers.groups)},
              fleet::Attrs{{"name", secretName(directory)},
                           {"users", listOf(readers.users)},
                           {"machines", listOf(readers.machines)},
                           {"groups", listOf(readers.groups)}});
  }
  table.into(run.answer);
  return {};
}

fleet::Result<void> get(SecretsRun& run) {
  FLEET_TRY_ASSIGN(const auto directory, findSecret(run, run.word(0)));
  FLEET_TRY_ASSIGN(const auto value, run.access.read(directory));
  return writeOutput(value);
}

// As clan's tools take it: from the environment, which other programs get without it from then on.
fleet::Result<SecretBytes> fromEnvironment(char* held) {
  const std::size_t size = std::strlen(held);
  FLEET_TRY_ASSIGN(auto out, SecretBytes::copy(std::string_view(held, size)));
  sodium_memzero(held, size);
  ::unsetenv(kVariable);
  return out;
}

fleet::Result<SecretBytes> newValue(SecretsRun& run, const std::string& directory, const std::string& name) {
  const auto& request = run.request;
  if (char* held = std::getenv(kVariable); held && *held) return fromEnvironment(held);
  if (request.editIn.empty()) return request.fromTerminal ? ask(name, "new value", "multiline-hidden") : readInput();
  SecretBytes before;
  if (run.access.isThere(directory)) {
    FLEET_TRY_ASSIGN(before, run.access.read(directory));
  }
  FLEET_TRY_ASSIGN(auto out, edited(request.editIn, name, before));
  if (out.text() == before.text()) return age::error("VARS79", "the value is as it was", "nothing was changed");
  return out;
}

fleet::Result<void> set(SecretsRun& run) {
  const std::string& name = run.word(0);
  if (name.find('/') != std::string::npos)
    return age::error("VARS80", "`" + name.substr(0, 80) + "` is a value of a generator", "use `fleetd vars set`");
  FLEET_TRY(mustBeNewName("secrets", name));
  FLEET_TRY(mustBeNoMachineKey(run, name));
  FLEET_TRY_ASSIGN(const auto readers, readersWanted(run, kSecrets + name));
  auto value = newValue(run, kSecrets + name, name);
  if (!value) return std::move(value).error();
  if (value->size() == 0)
    return age::error("VARS87", "the value is empty", "nothing was changed; `fleetd secrets remove` removes a secret");
  FLEET_TRY(run.access.write(kSecrets + name, *value, readers));
  return {};
}

fleet::Result<std::string> ownSecret(const SecretsRun& run, const std::string& name) {
  FLEET_TRY_ASSIGN(const auto directory, findSecret(run, name));
  if (!directory.starts_with(kSecrets))
    return age::error("VARS80", directory + " is a value of a generator",
                      "`fleetd vars prune` removes those that nothing declares");
  FLEET_TRY(mustBeNoMachineKey(run, secretName(directory)));
  return directory;
}

fleet::Result<void> rename(SecretsRun& run) {
  FLEET_TRY_ASSIGN(const auto from, ownSecret(run, run.word(0)));
  const std::string& name = run.word(1);
  FLEET_TRY(mustBeNewName("secrets", name));
  if (from == kSecrets + name) return age::error("VARS82", "`" + name + "` is its name already", "nothing was changed");
  if (run.access.isThere(kSecrets + name))
    return age::error("VARS82", "there is a secret `" + name + "` already", "remove it first if you mean it");
  return run.access.rename(from, kSecrets + name);
}

fleet::Result<void> remove(SecretsRun& run) {
  FLEET_TRY_ASSIGN(const auto directory, ownSecret(run, run.word(0)));
  return run.access.remove(directory);
}

}  // namespace

fleet::Result<Readers> readersWanted(SecretsRun& run, const std::string& directory) {
  FLEET_TRY_ASSIGN(Readers out, run.access.readersOf(directory));
  FLEET_TRY_ASSIGN(const auto own, run.access.operatorUsers());
  out.users.insert(own.begin(), own.end());
  const auto& request = run.request;
  for (const auto& [kind, names] : {std::pair{"users", &request.users}, std::pair{"machines", &request.machines},
                                    std::pair{"groups", &request.groups}})
    for (const auto& name : *names) {
      FLEET_TRY(mustBeReader(run, kind, name));
      linksOfKind(out, kind).insert(name);
    }
  return out;
}

fleet::Result<void> mustBeNoMachineKey(const SecretsRun& run, const std::string& name) {
  constexpr std::string_view kEnd = "-age.key";
  if (!name.ends_with(kEnd)) return {};
  const std::string machine = name.substr(0, name.size() - kEnd.size());
  if (!run.access.members().machines.contains(machine)) return {};
  return age::error("VARS82", name + " is the key of the machine " + machine,
                    "`fleetd secrets machines rotate " + machine + "` makes a new one, `machines remove` lets it go");
}

fleet::Result<void> runValues(SecretsRun& run) {
  const std::string& action = run.request.action;
  if (action == "list") return list(run);
  if (action == "get") return get(run);
  if (action == "set") return set(run);
  if (action == "import-sops") return importSops(run);
  if (action == "rename") return rename(run);
  if (action == "remove") return remove(run);
  return age::error("VARS62", "there is no action `" + action + "`");
}

}  // namespace fleetd::vars
