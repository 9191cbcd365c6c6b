// Who may read secrets: the keys of users and machines in the repository (sops/users, sops/machines), and the
// operator's own key.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "plugins/vars/age/keys.hpp"

namespace fleetd::vars {

using KeysByName = std::map<std::string, std::vector<age::Recipient>>;

// sops/<kind>/*/key.json, kind being users or machines: a list of { publickey, type } or one of them. Errors: VARS31
// with the file; keys that are no age keys are named.
fleet::Result<KeysByName> readKeys(const std::string& fleet, const std::string& kind);
// The text of a key.json for one age key.
std::string keyJson(const std::string& recipient);

struct Operator {
  std::vector<age::Identity> identities;
  std::string source;  // "$SOPS_AGE_KEY", or a file
};
// $SOPS_AGE_KEY, else the file in $SOPS_AGE_KEY_FILE, else the file sops uses. Errors: VARS32 when there is none.
fleet::Result<Operator> findOperator();
// Where a key is made when there is none: sops' own place.
std::string operatorKeyFile();

}  // namespace fleetd::vars
