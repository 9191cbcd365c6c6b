// The verbs of `fleetd machines`, one file for each kind of work.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/json.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/inventory_change.hpp"

namespace fleetd::cli {

int listMachines(Context& cx);
int installMachine(Context& cx);
int machineHardware(Context& cx);
Result<void> createMachine(Context& cx, InventoryChange& change, const std::string& name);
Result<void> setMachine(Context& cx, InventoryChange& change, const std::string& name);
Result<void> renameMachine(Context& cx, InventoryChange& change, const std::string& name, const std::string& newName);
Result<void> deleteMachine(Context& cx, InventoryChange& change, const std::string& name);

// Secrets that a machine shared, encrypted anew without it. Warning FL0620 when that does not work.
void encryptForTheOthers(Context& cx);
// The files of a new machine as the template `reference` has them: `name` comes with fleetd, `.#name` with this fleet,
// `input#name` with an input whose source is here. Errors: FL0630, FL0631.
Result<void> createFromTemplate(Context& cx, InventoryChange& change, const std::string& reference,
                                const std::string& machine);

// Letters, digits and hyphens, as a host name. Error FL0614.
Result<void> checkMachineName(const std::string& name);

// Whether a Nix file defines the machine or gives it a role or a tag; then it cannot go. Error FL0610 with the place.
Result<void> checkOnlyInFile(const InventoryChange& change, const std::string& name);
// Every mention of the machine below roles and tags of inventory.json becomes `newName`; an empty one removes it.
void replaceMentions(InventoryChange& change, const std::string& name, const std::string& newName);

}  // namespace fleetd::cli
