// The store of values, in clan's layout:
//   vars/<placement>/<generator>/<file>/value                 public
//   vars/<placement>/<generator>/<file>/secret                sops, with links beside it in users/, machines/, groups/
//   vars/<placement>/<generator>/.validation-hash
//   sops/{users,machines}/<name>/key.json, sops/groups/<name>/{users,machines}/<name>
//   sops/secrets/<machine>-age.key/secret                     the machine's own key
// Secrets of generators may be in another store instead (backend.hpp); public values and hashes never are.
// A directory of a secret is named relative to the fleet: "vars/shared/a/key", "sops/secrets/web-age.key".
#pragma once
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "plugins/vars/store/backend.hpp"
#include "plugins/vars/store/keys.hpp"
#include "plugins/vars/store/transaction.hpp"

namespace fleetd::vars {

// Where a generator's files are: "per-machine/<machine>/<generator>" or "shared/<generator>".
std::string placeOf(const std::string& machine, const std::string& generator, bool shared);
// The directories of a file of a generator, and of a machine's own key.
std::string directoryOf(const std::string& place, const std::string& file);
std::string keyDirectoryOf(const std::string& machine);

// Who is to read a secret, as the links beside it say.
struct Readers {
  std::set<std::string> users, machines, groups;
  friend bool operator==(const Readers&, const Readers&) = default;
};

class Store {
 public:
  // Reads the keys. Errors: VARS30. Keys that cannot be used are an error of what is encrypted for them only.
  static fleet::Result<Store> open(std::string fleet, const StoreChoice& choice = {});

  StoreKind kind() const { return kind_; }
  // What an earlier run began outside of the fleet. Only with the fleet's lock.
  fleet::Result<void> settle();

  // Everything that is written between begin() and commit() happens as a whole or not at all; without them every call
  // does. After an error, or abandon(), nothing of it remains.
  void begin();
  fleet::Result<void> commit(const std::string& message);
  void abandon();
  // A point to go back to between begin() and commit().
  struct Mark {
    std::size_t changes = 0, machines = 0;
  };
  Mark mark() const { return {change_.size(), other_ ? other_->staged() : newMachines_.size()}; }
  void rewind(Mark mark);
  std::size_t pendingBytes() const { return change_.bytes(); }

  bool hasPublic(const std::string& place, const std::string& file) const;
  bool hasSecret(const std::string& place, const std::string& file) const;
  fleet::Result<std::string> readPublic(const std::string& place, const std::string& file) const;
  fleet::Result<SecretBytes> readSecret(const std::string& place, const std::string& file) const;
  // Writes and remembers what was touched. Turning a secret into a public value is refused (VARS33).
  fleet::Result<void> writePublic(const std::string& place, const std::string& file, std::string_view value);
  // For the operator, for users and groups with a link, for the groups of `audience`, and for exactly its machines,
  // whose keys are made when they have none. Other stores than sops have recipients of their own for people.
  fleet::Result<void> writeSecret(const std::string& place, const std::string& file, const SecretBytes& value,
                                  const Audience& audience);
  fleet::Result<void> removeSecret(const std::string& place, const std::string& file);
  // All secrets of generators, sorted.
  fleet::Result<std::vector<StoredSecret>> secrets() const;
  // Where those of a generator are, for people: "vars/shared/ca".
  std::string locationOf(const std::string& place) const;
  // Whether a secret is encrypted for those who should read it: as before, but exactly the machines that get it, and
  // the groups that always may. makeFor encrypts it again unless it is so already; true: it was changed.
  fleet::Result<bool> isFor(const std::string& place, const std::string& file, const Audience& audience) const;
  fleet::Result<bool> makeFor(const std::string& place, const std::string& file, const Audience& audience);
  // The same for a machine's own key.
  bool hasMachineKey(const std::string& machine) const;
  std::string machineKeyLocation(const std::string& machine) const;
  fleet::Result<bool> isKeyFor(const std::string& machine, const std::set<std::string>& groups) const;
  fleet::Result<bool> makeKeyFor(const std::string& machine, const std::set<std::string>& groups);
  // The machine's own key, as the file that sops reads on it. Errors: VARS37 when it has none.
  fleet::Result<SecretBytes> machineKey(const std::string& machine) const;
  std::string readHash(const std::string& place) const;  // empty: none
  fleet::Result<void> writeHash(const std::string& place, const std::string& hash);
  // The same for how the values were made: vars/<placement>/<generator>/.definition-hash. clan does not look at it.
  std::string readDefinition(const std::string& place) const;
  fleet::Result<void> writeDefinition(const std::string& place, const std::string& hash);

  // Secrets by their directory.
  bool hasSecretAt(const std::string& directory) const;
  fleet::Result<SecretBytes> readSecretAt(const std::string& directory) const;
  // For exactly these, links and all.
  fleet::Result<void> writeSecretAt(const std::string& directory, const SecretBytes& value, const Readers& readers);
  // Errors: VARS30 when a directory of links cannot be read.
  fleet::Result<Readers> readersAt(const std::string& directory) const;
  // Whether the file is encrypted for exactly the keys its links stand for. Errors: what cannot be read, VARS31 and
  // VARS35 for a reader whose keys cannot be used.
  fleet::Result<bool> isHealthyAt(const std::string& directory) const;
  // Encrypts the value again for these readers; nothing happens when it is so already. True: it was changed.
  fleet::Result<bool> setReadersAt(const std::string& directory, const Readers& readers);

  // Any file of the store, by its path relative to the fleet.
  fleet::Result<void> writeFile(const std::string& path, std::string_view content);
  fleet::Result<void> writeLink(const std::string& path, const std::string& target);
  fleet::Result<void> removeFile(const std::string& path);  // with everything below it

  // The operator's key, made when `create` and there is none, registered as a user of the fleet.
  fleet::Result<std::string> keygen(const std::string& user);
  // The names of the users whose key the operator holds. Errors: VARS32, VARS34 when nobody's.
  fleet::Result<std::set<std::string>> operatorUsers() const;
  // Makes a machine's key when it has none, for the operator and these groups.
  fleet::Result<void> ensureMachineKey(const std::string& machine, const std::set<std::string>& groups);
  // The same with the key a machine has elsewhere.
  fleet::Result<void> adoptMachineKey(const std::string& machine, const SecretBytes& text,
                                      const std::set<std::string>& groups);

  // Paths relative to the fleet, in the order they were touched.
  std::vector<std::string> takeTouched();

 private:
  friend class Access;  // the same tree, seen from people and machines
  explicit Store(std::string fleet) : fleet_(fleet), change_(std::move(fleet)) {}
  // Runs `stage` as a transaction of its own, unless one was begun.
  template <class Stage>
  fleet::Result<void> atOnce(const std::string& message, Stage stage);
  fleet::Result<void> stageSecret(const std::string& directory, const SecretBytes& value, const Readers& readers);
  // Whether a file is encrypted for these readers.
  fleet::Result<bool> isSealedFor(const std::string& directory, const Readers& readers) const;
  static Readers wantedReaders(Readers now, const Audience& audience);
  fleet::Result<void> stageMachineKey(const std::string& machine, const std::set<std::string>& groups,
                                      const SecretBytes* text);
  fleet::Result<void> setLinks(const std::string& directory, const Readers& readers);
  fleet::Result<std::vector<age::Recipient>> recipientsFor(const Readers& readers) const;
  fleet::Result<const Operator*> theOperator() const;

  std::string fleet_;
  StoreKind kind_ = StoreKind::Sops;
  std::unique_ptr<SecretBackend> other_;  // of secrets that are not in sops
  KeysByName users_, machines_;
  BrokenKeys brokenUsers_, brokenMachines_;
  mutable Operator operator_;
  Transaction change_;
  bool begun_ = false;
  std::vector<std::string> newMachines_;  // whose keys the transaction holds
  std::vector<std::string> touched_;
};

template <class Stage>
fleet::Result<void> Store::atOnce(const std::string& message, Stage stage) {
  if (begun_) return stage();
  begin();
  if (auto staged = stage(); !staged) {
    abandon();
    return staged;
  }
  return commit(message);
}

// "2026-11-27T08:00:00Z"
std::string utcNow();

}  // namespace fleetd::vars
