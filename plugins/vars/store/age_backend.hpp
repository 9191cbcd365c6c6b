// The store that clan calls age: secrets of machines are encrypted for the machine alone, the machine's key for people.
//   secrets/clan-vars/<placement>/<generator>/<file>/<file>.age     armored, with <file>.age.recipients beside it where
//                                                                   the recipients can change
//   secrets/age-keys/machines/<machine>/{pub,key.age,key.age.recipients}
#pragma once
#include <map>
#include <memory>

#include "plugins/vars/store/backend.hpp"

namespace fleetd::vars {

class AgeBackend final : public SecretBackend {
 public:
  AgeBackend(std::string fleet, StoreChoice choice) : fleet_(std::move(fleet)), choice_(std::move(choice)) {}

  bool has(const std::string& place, const std::string& file) const override;
  fleet::Result<SecretBytes> read(const std::string& place, const std::string& file) const override;
  fleet::Result<std::vector<StoredSecret>> all() const override;
  std::string locationOf(const std::string& place) const override;
  fleet::Result<void> stage(Transaction& change, const StoredSecret& which, const SecretBytes& value,
                            const Audience& audience) override;
  fleet::Result<void> stageRemoval(Transaction& change, const StoredSecret& which) override;
  fleet::Result<bool> isFor(const StoredSecret& which, const Audience& audience) const override;
  bool hasKey(const std::string& machine) const override;
  fleet::Result<SecretBytes> key(const std::string& machine) const override;
  fleet::Result<bool> isKeyFine(const std::string& machine) const override;
  fleet::Result<void> stageKey(Transaction& change, const std::string& machine, const SecretBytes* text) override;
  fleet::Result<void> stageKeyAgain(Transaction& change, const std::string& machine) override;
  std::size_t staged() const override { return stagedKeys_.size(); }
  void unstage(std::size_t count) override;
  fleet::Result<void> afterCommit() override;

  // Whose keys a machine's own key, and what it does not get, is encrypted for. Errors: VARS96 when nobody's are named.
  fleet::Result<std::vector<std::string>> people(const std::string& machine) const;

 private:
  fleet::Result<const Operator*> theOperator() const;
  fleet::Result<std::string> publicKey(const std::string& machine) const;
  fleet::Result<std::vector<std::string>> recipientsFor(const std::string& place, const Audience& audience) const;
  std::vector<std::string> machinesToTry(const std::string& place, const std::string& file) const;
  const std::vector<age::Identity>* identitiesOf(const std::string& machine) const;
  fleet::Result<void> stageFile(Transaction& change, const std::string& path, age::View plain,
                                const std::vector<std::string>& recipients, bool listed) const;
  fleet::Result<bool> isSealedFor(const std::string& path, std::vector<std::string> recipients, bool listed) const;

  std::string fleet_;
  StoreChoice choice_;
  mutable Operator operator_;
  mutable std::map<std::string, std::vector<age::Identity>> opened_;  // machines' keys; empty: not ours to open
  std::map<std::string, std::string> publicKeys_;                     // that are staged
  std::vector<std::string> stagedKeys_;                               // machines, in order
};

}  // namespace fleetd::vars
