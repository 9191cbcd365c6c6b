// The core options of home-manager: what the kernel and services read or set, with their types.
#pragma once
#include "plugins/common/declare.hpp"

namespace home {

void declareCore(platform::Declare& out);      // home.*, nix, nixpkgs, xdg
void declareUnits(platform::Declare& out);     // launchd.agents, systemd.user.*
void declarePrograms(platform::Declare& out);  // programs.*

}  // namespace home
