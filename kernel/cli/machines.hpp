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

// Letters, digits and hyphens, as a host name. Error FL0614.
Result<void> checkMachineName(const std::string& name);

// Whether a Nix file defines the machine or gives it a role or a tag; then it cannot go. Error FL0610 with the place.
Result<void> checkOnlyInFile(const InventoryChange& change, const std::string& name);
// Every mention of the machine below roles and tags of inventory.json becomes `newName`; an empty one removes it.
void replaceMentions(InventoryChange& change, const std::string& name, const std::string& newName);

}  // namespace fleetd::cli
