// Who may read secrets: the keys of users and machines in the repository (sops/users, sops/machines), and the
// operator's own key.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/vars/age/keys.hpp"

namespace fleetd::vars {

using KeysByName = std::map<std::string, std::vector<age::Recipient>>;
// By name: why somebody's keys cannot be used.
using BrokenKeys = std::map<std::string, fleet::Error>;

// sops/<kind>/*/key.json, kind being users or machines: a list of { publickey, type } or one of them, of age or of PGP.
// Somebody with one key that cannot be used (of another kind, garbled) comes into `broken` as a whole: what is meant
// for him cannot be encrypted, and leaving that key out would shut him out. Errors: VARS30 when the directory cannot be
// read; without `broken` the first of them, VARS31 with the file.
fleet::Result<KeysByName> readKeys(const std::string& fleet, const std::string& kind, BrokenKeys* broken = nullptr);
// What is in a key.json; `file` is its name for errors (VARS31).
fleet::Result<std::vector<age::Recipient>> parseKeyJson(std::string_view text, const std::string& file);
// The text of a key.json for one key.
std::string keyJson(const age::Recipient& recipient);
// "age" or "pgp", as key.json says it.
std::string typeOf(const age::Recipient& recipient);

struct Operator {
  std::vector<age::Identity> identities;
  std::string source;  // "$SOPS_AGE_KEY", or a file
};
// $SOPS_AGE_KEY, else the file in $SOPS_AGE_KEY_FILE, else the file sops uses. A file that age has protected with a
// passphrase is asked for on the terminal. Behind them come the PGP keys of $SOPS_PGP_FP. Errors: VARS32 when there is
// none.
fleet::Result<Operator> findOperator();
// The same for the store that clan calls age: $AGE_KEY, else the file in $AGE_KEYFILE, else the first there is of
// ~/.config/age/identities, ~/.config/sops/age/keys.txt and ~/.age/key.txt, else where sops looks. PGP keys cannot be
// used there.
fleet::Result<Operator> findAgeOperator();
// Where a key is made when there is none: sops' own place.
std::string operatorKeyFile();

}  // namespace fleetd::vars
