// Stores of secrets other than sops. Public values, hashes and the transaction are the same for all of them.
#pragma once
#include <string>
#include <vector>

#include "plugins/vars/store/choice.hpp"
#include "plugins/vars/store/keys.hpp"
#include "plugins/vars/store/transaction.hpp"

namespace fleetd::vars {

// A value by its place ("per-machine/web/openssh", "shared/ca") and file.
struct StoredSecret {
  std::string place, file;
  friend auto operator<=>(const StoredSecret&, const StoredSecret&) = default;
};

// Thread: the one that holds the fleet's lock.
class SecretBackend {
 public:
  SecretBackend() = default;
  SecretBackend(const SecretBackend&) = delete;
  SecretBackend& operator=(const SecretBackend&) = delete;
  virtual ~SecretBackend() = default;

  virtual bool has(const std::string& place, const std::string& file) const = 0;
  virtual fleet::Result<SecretBytes> read(const std::string& place, const std::string& file) const = 0;
  // All there are, sorted.
  virtual fleet::Result<std::vector<StoredSecret>> all() const = 0;
  // Where a secret, a generator's directory or a machine's key is, for people: "secrets/clan-vars/shared/ca".
  virtual std::string locationOf(const std::string& place) const = 0;

  // What follows belongs to a change that is committed or given up as a whole.
  virtual fleet::Result<void> stage(Transaction& change, const StoredSecret& which, const SecretBytes& value,
                                    const Audience& audience) = 0;
  virtual fleet::Result<void> stageRemoval(Transaction& change, const StoredSecret& which) = 0;
  // Whether it is encrypted for exactly these, as far as can be told without opening it.
  virtual fleet::Result<bool> isFor(const StoredSecret& which, const Audience& audience) const = 0;

  // Machines' own keys; stores that have none answer so.
  virtual bool hasKey(const std::string& machine) const = 0;
  virtual fleet::Result<SecretBytes> key(const std::string& machine) const = 0;
  virtual fleet::Result<bool> isKeyFine(const std::string& machine) const = 0;
  // Makes the key when there is none, from `text` if that is given; or encrypts it again.
  virtual fleet::Result<void> stageKey(Transaction& change, const std::string& machine, const SecretBytes* text) = 0;
  virtual fleet::Result<void> stageKeyAgain(Transaction& change, const std::string& machine) = 0;

  // How much is staged outside of the transaction, and forgetting what came after that.
  virtual std::size_t staged() const { return 0; }
  virtual void unstage(std::size_t count) { static_cast<void>(count); }
  // Around the commit of the transaction, for stores that are not in the fleet.
  virtual fleet::Result<void> beforeCommit(Transaction& change) {
    static_cast<void>(change);
    return {};
  }
  virtual fleet::Result<void> afterCommit() { return {}; }
  // What an earlier run began. Only with the fleet's lock.
  virtual fleet::Result<void> settle() { return {}; }
};

}  // namespace fleetd::vars
