// What sops writes beside the values: for whom a file is encrypted, and what proves that nobody changed it.
#pragma once
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "plugins/vars/age/keys.hpp"
#include "plugins/vars/sops/tree.hpp"

namespace fleetd::vars::sops {

struct Metadata {
  using Keys = std::vector<std::pair<std::string, std::string>>;  // whose, and the data key encrypted for it
  std::string mac, lastmodified;
  Keys age, pgp;                    // recipients; fingerprints
  std::vector<std::string> others;  // kinds of keys that cannot be used here: "kms"
  bool macOnlyEncrypted = false;    // values in the open are not in the MAC

  // Recipients without comments and fingerprints, sorted. Errors: SOPS04 when there are others.
  fleet::Result<std::vector<std::string>> recipients() const;
};

// From the whole file. Errors: SOPS02.
fleet::Result<Metadata> readMetadata(const Node& file);
// The 32 bytes that the values are encrypted with. PGP is tried when no key of age fits. Errors: AGE06 when no key
// fits, and those of age and gpg.
fleet::Result<SecretBytes> dataKeyOf(const Metadata& metadata, std::span<const age::Identity> identities);
// For a file of its own making: the key for each of these, as members of the metadata. Errors: AGE05 for nobody, and
// those of age and gpg.
struct WrappedKeys {
  Metadata::Keys age, pgp;
};
fleet::Result<WrappedKeys> wrapDataKey(age::View key, std::span<const age::Recipient> recipients, age::Random& random);
// Whether a MAC is the one of this hash of all values (SHA-512). Errors: SOPS03, SOPS02.
fleet::Result<void> checkMac(const Metadata& metadata, age::View dataKey, age::View hash);
// A hash as sops writes it.
std::string upperHex(age::View bytes);

}  // namespace fleetd::vars::sops
