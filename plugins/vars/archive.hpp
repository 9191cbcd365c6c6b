// The archive that values travel in between stores: JSON, encrypted with age as a whole.
//   { "format": "fleetd-vars", "version": 1,
//     "values": [ { "path": "per-machine/web/token/token", "secret": true, "value": "<base64>" }, … ],
//     "hashes": [ { "path": "per-machine/web/token", "hash": "…" }, … ] }
#pragma once
#include <span>
#include <string>
#include <vector>

#include "plugins/vars/age/age.hpp"

namespace fleetd::vars {

struct ArchivedValue {
  std::string path;  // placement, generator and file
  bool secret = true;
  SecretBytes value;
};
struct ArchivedHash {
  std::string path, hash;
};
struct Archive {
  std::vector<ArchivedValue> values;
  std::vector<ArchivedHash> hashes;
};

// Encrypted and armored. Errors: AGE05.
fleet::Result<std::string> sealArchive(const Archive& archive, std::span<const age::Recipient> recipients);
// Errors: those of age::decrypt; VARS92 for what is no such archive, with the place in it.
fleet::Result<Archive> openArchive(std::string_view sealed, std::span<const age::Identity> identities);
// The plain text, for its own sake. Nothing of it is copied outside of locked memory.
fleet::Result<Archive> parseArchive(std::string_view text);

}  // namespace fleetd::vars
