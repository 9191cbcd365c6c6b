// The core options of NixOS: what the kernel and services read or set, with their types.
#pragma once
#include "plugins/common/declare.hpp"

namespace nixos {

void declareSystem(platform::Declare& out);    // boot, file systems, packages, locale, nixpkgs, state version
void declareNix(platform::Declare& out);       // nix.*
void declareNetwork(platform::Declare& out);   // networking.*, openssh
void declareAccounts(platform::Declare& out);  // users.*, security.*
void declareUnits(platform::Declare& out);     // systemd.*

}  // namespace nixos
