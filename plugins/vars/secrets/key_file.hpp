// The operator's own file of keys.
#pragma once
#include <string>

#include "plugins/vars/store/keys.hpp"

namespace fleetd::vars {

// $SOPS_AGE_KEY_FILE, else sops' own place.
std::string keyFilePath();
// Puts a new key in front of those in the file, which all stay, and gives the new one. The file is replaced at once and
// has mode 0600; it is made when there is none. Errors: VARS88 when the keys are not in a plain file of keys.
fleet::Result<age::Identity> addToKeyFile();
// The first key of the file when addToKeyFile() made it: the newest one. Null when somebody else did.
const age::Identity* newestOf(const Operator& who);

}  // namespace fleetd::vars
