// Access: which keys every secret of the fleet is encrypted for, and encrypting again what a change of people, machines
// or groups concerns.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "plugins/vars/store/store.hpp"

namespace fleetd::vars {

using KeysByText = std::map<std::string, age::Recipient>;

struct Group {
  std::set<std::string> users, machines;
};

// People, machines and groups as the repository has them, or as a change leaves them.
struct Members {
  KeysByName users, machines;
  std::set<std::string> brokenUsers, brokenMachines;  // with keys that cannot be used
  std::map<std::string, Group> groups;

  // Of `users` or `machines`.
  const KeysByName& ofKind(std::string_view kind) const { return kind == "users" ? users : machines; }
  KeysByName& ofKind(std::string_view kind) { return kind == "users" ? users : machines; }
  // The keys behind links; names without a key are passed over.
  KeysByText keysOf(const Readers& readers) const;
  // Users or machines, be their keys usable or not.
  std::set<std::string> names(std::string_view kind) const;
  // Of one name; none when they cannot be used.
  std::vector<age::Recipient> keysOf(std::string_view kind, const std::string& name) const;
  // "users/ada" for names without a key, and groups that are none.
  std::vector<std::string> withoutKey(const Readers& readers) const;
};

// What is to be encrypted again. Directories are relative to the fleet: "sops/secrets/mail", "vars/shared/ca/key".
struct Reseal {
  std::string directory;
  Readers readers;
  std::vector<age::Recipient> recipients;
};

struct MemberChange {
  Members after;
  std::set<std::string> keys;                                          // that come or go
  std::function<void(const std::string& directory, Readers&)> relink;  // links that come or go; may be empty
};

class Access {
 public:
  // The store outlives it. Errors: VARS30 for directories that cannot be read.
  static fleet::Result<Access> open(Store& store);

  Store& store() { return *store_; }
  const Members& members() const { return members_; }

  // All secrets: of sops/secrets, then of vars, sorted.
  fleet::Result<std::vector<std::string>> all() const;
  // Directories below vars/ that hold a public value, sorted.
  fleet::Result<std::vector<std::string>> publicValues() const;
  bool isThere(const std::string& directory) const;
  fleet::Result<Readers> readersOf(const std::string& directory) const;
  // What the file says, sorted. Errors: SOPS02, SOPS04.
  fleet::Result<std::vector<std::string>> keysIn(const std::string& directory) const;
  fleet::Result<SecretBytes> read(const std::string& directory) const;
  // Encrypts for the keys behind the links, which are set first. Errors: VARS83 when that is nobody, VARS35.
  fleet::Result<void> write(const std::string& directory, const SecretBytes& value, const Readers& readers);

  // What has to be encrypted again. A secret is concerned when its links change, or when it is encrypted for one of the
  // keys although it should not be, or the other way round. Errors, before anything is written: VARS83 when nobody
  // could read a secret any more, VARS84 when the operator cannot open one.
  fleet::Result<std::vector<Reseal>> plan(const MemberChange& change) const;
  fleet::Result<void> apply(const std::vector<Reseal>& plan);

  // sops/<kind>/<name>/key.json with keys added and removed; others in it stay as they are.
  fleet::Result<void> editKeys(const std::string& kind, const std::string& name, const std::set<std::string>& remove,
                               const std::vector<age::Recipient>& add);
  // sops/groups/<group>/<kind>/<name>
  fleet::Result<void> linkMember(const std::string& group, const std::string& kind, const std::string& name);
  // A file, link or directory, with everything in it.
  fleet::Result<void> remove(const std::string& path);
  // A machine gets a key, unless it has one.
  fleet::Result<void> ensureMachine(const std::string& name);
  // A secret with its links.
  fleet::Result<void> rename(const std::string& from, const std::string& to);

  // The operator's keys, as texts; an empty one stands for a key of a plugin that does not say whose it is. Errors:
  // VARS32.
  fleet::Result<std::set<std::string>> ownKeys() const;
  // The names of the users whose key the operator holds. Errors: VARS32, VARS34 when nobody's.
  fleet::Result<std::set<std::string>> operatorUsers() const;
  // Reads the operator's keys anew.
  void forgetOperator();

 private:
  explicit Access(Store& store) : store_(&store) {}
  std::string absolute(const std::string& path) const;
  fleet::Result<void> seal(const std::string& directory, const SecretBytes& value, const Readers& readers,
                           std::span<const age::Recipient> recipients);

  Store* store_;
  Members members_;
};

// `kind` is users, machines or groups.
std::set<std::string>& linksOfKind(Readers& readers, std::string_view kind);
const std::set<std::string>& linksOfKind(const Readers& readers, std::string_view kind);

}  // namespace fleetd::vars
