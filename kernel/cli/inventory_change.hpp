// InventoryChange: one change of a fleet's inventory by a command: inventory.json and the files that belong to it. It
// is made as a whole, looked at by opening the fleet again, and taken back when the fleet has errors it did not have
// before.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "kernel/cli/change_journal.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/fleet/inventory_edit.hpp"

namespace fleetd::cli {

// FL0619: a fleet whose hosts no inventory defines.
Error noInventory();

class InventoryChange {
 public:
  // Opens the fleet, once an interrupted change was taken back, or brought to its end (FL0629). Errors: those of
  // openFleet, FL0613, FL0619.
  static Result<std::unique_ptr<InventoryChange>> open(Context& cx);
  ~InventoryChange();

  fleet::InventoryEdit& edit() { return edit_; }
  fleet::InventoryFile& file() { return file_; }
  const fleet::InventoryOrigins& origins() const { return origins_; }
  // Where inventory.json, machines/, vars/ and sops/ are.
  const std::string& directory() const { return origins_.directory; }
  // Names of the machines the inventory has, whoever defines them. Sorted.
  const std::vector<std::string>& machines() const;
  bool hasMachine(const std::string& name) const;
  // Error FL0616 with suggestions.
  Result<void> needMachine(const std::string& name) const;

  // Files, relative to the directory; each is done at once and undone with the rest. Errors: FL0003, FL0615.
  Result<void> create(const std::string& path, const std::string& bytes);
  Result<void> move(const std::string& from, const std::string& to);
  Result<void> remove(const std::string& path);
  Result<void> link(const std::string& path, const std::string& target);

  // What the change is called, in the commit and when it has to be finished later. Before apply().
  void describe(std::string message) { message_ = std::move(message); }
  // Writes inventory.json and opens the fleet again. `instances` are those whose settings are looked at in full.
  // Error FL0617: all is as it was; the message holds the new errors.
  Result<void> apply(const std::vector<std::string>& instances = {});
  // The fleet as it is now; after apply().
  render::Workspace& after() { return *after_; }
  // Commits exactly what was touched, unless --no-commit was given; findings go to the context.
  void commit();
  // Lets others change the fleet: plugins that write values take the same lock. After apply().
  void release() { lock_ = base::UniqueFd(); }
  bool touched() const { return !touched_.empty(); }
  // The message of a change that was interrupted after it was made, and that open() has brought to its end.
  const std::string& finished() const { return finished_; }

 private:
  InventoryChange(Context& cx, fleet::InventoryOrigins origins, fleet::InventoryFile file);
  void undo();
  void touch(const std::string& path);
  Result<void> look(const std::vector<std::string>& instances);

  Context& cx_;
  fleet::InventoryOrigins origins_;
  fleet::InventoryFile file_;
  fleet::InventoryEdit edit_;
  std::string prefix_;  // of the directory below the fleet's root
  ChangeJournal journal_;
  base::UniqueFd lock_;
  std::string message_, finished_;
  bool applied_ = false;
  std::vector<std::string> touched_;  // relative to the fleet's root
  // The fleet after the change, with what its findings refer to.
  base::SourceMap sources_;
  base::SymbolTable symbols_;
  base::Diagnostics diagnostics_;
  std::unique_ptr<render::Workspace> after_;
};

}  // namespace fleetd::cli
