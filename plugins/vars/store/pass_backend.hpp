// The store that clan calls password-store: entries clan-vars/<placement>/<generator>/<file> of pass or passage, which
// are run as programs. They have recipients, agents and a git of their own.
//
// Changes come together with those of the fleet: new values are entries below clan-vars/.new until a record in the
// fleet, which is part of its transaction, makes them binding; then each is moved to its name.
#pragma once
#include <map>

#include "plugins/vars/store/backend.hpp"
#include "plugins/vars/store/pass_record.hpp"

namespace fleetd::vars {

class PassBackend final : public SecretBackend {
 public:
  PassBackend(std::string fleet, StoreChoice choice);

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
  std::size_t staged() const override { return changes_.size(); }
  void unstage(std::size_t count) override;
  fleet::Result<void> beforeCommit(Transaction& change) override;
  fleet::Result<void> afterCommit() override;
  fleet::Result<void> settle() override;

 private:
  bool hasEntry(const std::string& entry) const;
  // What the program gives, or why it did not. Errors: VARS97.
  fleet::Result<SecretBytes> run(const std::vector<std::string>& words, const SecretBytes* input = nullptr) const;
  fleet::Result<std::vector<PassStep>> record() const;
  fleet::Result<void> perform();

  std::string fleet_, directory_;  // of the fleet, of the password store
  std::string command_;
  std::vector<PassStep> changes_;            // that are staged
  std::map<std::string, ChangeKind> bound_;  // that an earlier run made binding, by id
};

}  // namespace fleetd::vars
