// What the verbs of `fleetd secrets` work with.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "plugins/vars/request.hpp"
#include "plugins/vars/store/access.hpp"

namespace fleetd::vars {

struct SecretsRequest {
  std::string noun, action;                // noun: users, machines, groups, key, or empty for secrets themselves
  std::vector<std::string> words;          // behind the action
  std::vector<std::string> keys, pgpKeys;  // --age-key, --pgp-key
  std::string prefix, inputType;           // import-sops
  std::string editIn;                      // set: a directory in memory for an editor; none: no editor
  std::set<std::string> users, machines, groups;
  std::set<std::string> fleetMachines;  // those there are, with a key or without
  bool force = false, fresh = false;    // --force, --new
  bool fromTerminal = false;            // set: ask instead of reading standard input
};

// One run: the tree, what was asked for, and what is to be said and committed.
struct SecretsRun {
  SecretsRequest request;
  Access access;
  Answer answer;

  const std::string& word(std::size_t index) const { return request.words[index]; }
};

// Rows for people, the same as data for programs.
class Table {
 public:
  explicit Table(std::vector<std::string> titles);
  void add(const std::vector<std::string>& cells, fleet::Value data);
  void into(Answer& answer);

 private:
  fleet::List titles_, rows_, data_;
};

fleet::List listOf(const std::set<std::string>& names);
std::string joined(const std::set<std::string>& names);

// "user" for "users".
std::string singular(const std::string& kind);
// Does what a plan says, and tells how much it was.
fleet::Result<void> applyPlan(SecretsRun& run, const std::vector<Reseal>& plan);

// What there is, with the nearest name as hint otherwise. Errors: VARS81.
fleet::Result<void> mustBe(const SecretsRun& run, const std::string& kind, const std::string& name);
// The same for one that is to read something: a machine of the fleet gets a key when it has none yet.
fleet::Result<void> mustBeReader(SecretsRun& run, const std::string& kind, const std::string& name);
// "mail", or "vars/…" and "shared/…", "per-machine/…" for those of generators, as a directory. Errors: VARS81.
fleet::Result<std::string> findSecret(const SecretsRun& run, const std::string& name);
// Who is to read a secret from now on: who reads it already, the operator, and whom the request names. Errors: VARS81,
// VARS34.
fleet::Result<Readers> readersWanted(SecretsRun& run, const std::string& directory);
// Errors: VARS82 for the secret half of a machine that there is.
fleet::Result<void> mustBeNoMachineKey(const SecretsRun& run, const std::string& name);
// "mail" for "sops/secrets/mail"; others as they are.
std::string secretName(const std::string& directory);

// Names of new things: VARS80. Users and groups: letters, digits, _ and -, 32 at most; secrets: also dots.
fleet::Result<void> mustBeNewName(const std::string& kind, const std::string& name);

// Keys of people as they are given: one that is secret is refused without being shown (VARS86), others as they are
// parsed. At least one.
fleet::Result<std::vector<age::Recipient>> keysGiven(const SecretsRun& run, std::size_t firstWord);

// The verbs. Errors: VARS80 to VARS89 and those of the store.
fleet::Result<void> runPeople(SecretsRun& run);  // users and machines
fleet::Result<void> runGroups(SecretsRun& run);
fleet::Result<void> runValues(SecretsRun& run);
fleet::Result<void> runKey(SecretsRun& run);
fleet::Result<void> runWho(SecretsRun& run);
fleet::Result<void> importSops(SecretsRun& run);
fleet::Result<void> rotateUser(SecretsRun& run);
fleet::Result<void> rotateMachine(SecretsRun& run);

}  // namespace fleetd::vars
