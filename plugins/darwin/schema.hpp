// The core options of nix-darwin: what the kernel and services read or set, and what people set most, with
// their types.
#pragma once
#include "plugins/common/declare.hpp"

namespace darwin {

void declareSystem(platform::Declare& out);    // system.*, environment, networking, users, security, nixpkgs
void declareNix(platform::Declare& out);       // nix.*
void declareDefaults(platform::Declare& out);  // system.defaults.*
void declareHomebrew(platform::Declare& out);  // homebrew.*
void declareLaunchd(platform::Declare& out);   // launchd.*

}  // namespace darwin
