// The store of values, in clan's layout:
//   vars/<placement>/<generator>/<file>/value                 public
//   vars/<placement>/<generator>/<file>/secret                sops, with links beside it in users/, machines/, groups/
//   vars/<placement>/<generator>/.validation-hash
//   sops/{users,machines}/<name>/key.json, sops/groups/<name>/{users,machines}/<name>
//   sops/secrets/<machine>-age.key/secret                     the machine's own key
#pragma once
#include <set>
#include <string>
#include <vector>

#include "plugins/vars/store/keys.hpp"

namespace fleetd::vars {

// Where a generator's files are: "per-machine/<machine>/<generator>" or "shared/<generator>".
std::string placeOf(const std::string& machine, const std::string& generator, bool shared);

// Who is to read a secret, as the links beside it say.
struct Readers {
  std::set<std::string> users, machines, groups;
  friend bool operator==(const Readers&, const Readers&) = default;
};

class Store {
 public:
  // Reads the keys. Errors: VARS31.
  static fleet::Result<Store> open(std::string fleet);

  bool hasPublic(const std::string& place, const std::string& file) const;
  bool hasSecret(const std::string& place, const std::string& file) const;
  fleet::Result<std::string> readPublic(const std::string& place, const std::string& file) const;
  fleet::Result<SecretBytes> readSecret(const std::string& place, const std::string& file) const;
  // Writes and remembers what was touched. Turning a secret into a public value is refused (VARS33).
  fleet::Result<void> writePublic(const std::string& place, const std::string& file, std::string_view value);
  // For the operator and for `machines`, whose keys are made when they have none; groups given are added.
  fleet::Result<void> writeSecret(const std::string& place, const std::string& file, const SecretBytes& value,
                                  const std::set<std::string>& machines, const std::set<std::string>& groups);
  // The machine's own key, as the file that sops reads on it. Errors: VARS37 when it has none.
  fleet::Result<SecretBytes> machineKey(const std::string& machine) const;
  std::string readHash(const std::string& place) const;  // empty: none
  fleet::Result<void> writeHash(const std::string& place, const std::string& hash);

  Readers readersOf(const std::string& place, const std::string& file) const;
  // Whether the file is encrypted for exactly the keys its links stand for. Errors: what cannot be read.
  fleet::Result<bool> isHealthy(const std::string& place, const std::string& file) const;
  // Encrypts the value again for these readers; nothing happens when it is so already. True: it was changed.
  fleet::Result<bool> setReaders(const std::string& place, const std::string& file, const Readers& readers);

  // The operator's key, made when `create` and there is none, registered as a user of the fleet.
  fleet::Result<std::string> keygen(const std::string& user);
  // The names of the users whose key the operator holds. Errors: VARS32, VARS34 when nobody's.
  fleet::Result<std::set<std::string>> operatorUsers() const;

  // Paths relative to the fleet, in the order they were touched.
  std::vector<std::string> takeTouched();

 private:
  explicit Store(std::string fleet) : fleet_(std::move(fleet)) {}
  std::string pathOf(const std::string& place, const std::string& file) const;
  fleet::Result<void> put(const std::string& path, std::string_view content);
  fleet::Result<void> setLinks(const std::string& directory, const Readers& readers);
  fleet::Result<std::vector<age::Recipient>> recipientsFor(const Readers& readers) const;
  fleet::Result<void> ensureMachineKey(const std::string& machine);
  fleet::Result<const Operator*> theOperator() const;

  std::string fleet_;
  KeysByName users_, machines_;
  mutable Operator operator_;
  std::vector<std::string> touched_;
};

// "2026-11-27T08:00:00Z"
std::string utcNow();

}  // namespace fleetd::vars
