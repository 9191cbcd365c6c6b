// Recipients and identities of age: its own X25519 keys, ssh keys, and those of plugins.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "plugins/vars/age/header.hpp"

namespace fleetd::vars::age {

// Pgp: of gpg, for files of sops only; no age file is for one.
enum class KeyKind : std::uint8_t { X25519, SshEd25519, SshRsa, Plugin, Pgp };

struct Recipient {
  KeyKind kind = KeyKind::X25519;
  Key point{};       // on Curve25519; not of SshRsa, Plugin and Pgp
  Bytes wire;        // of ssh keys: the public key as ssh sends it
  std::string text;  // "age1…" or "ssh-ed25519 AAAA…", without a comment; empty: a plugin's, and not known; Pgp: the
                     // fingerprint
  std::string plugin;  // Plugin: its name, "yubikey"
};

struct Identity {
  KeyKind kind = KeyKind::X25519;
  SecretBytes scalar;  // SshRsa: the private part of its file; Plugin: the text that the plugin understands; Pgp: none
  Recipient recipient;
};

// Errors: AGE02 with what can be used.
fleet::Result<Recipient> parseRecipient(std::string_view text);
// "AGE-SECRET-KEY-1…" or "AGE-PLUGIN-NAME-1…". Errors: AGE03.
fleet::Result<Identity> parseIdentity(std::string_view text);
fleet::Result<Identity> generateIdentity(Random& random = systemRandom());
// "AGE-SECRET-KEY-1…" of an X25519 identity.
fleet::Result<SecretBytes> identityText(const Identity& identity);
// A file of keys, one a line, with comments and empty lines; or one OpenSSH private key without a passphrase. A comment
// that names a recipient says whose the plugin identity below it is. Errors: AGE03 with the line.
fleet::Result<std::vector<Identity>> parseIdentityFile(std::string_view text);

// The file key for a recipient that is no plugin's, and back: nullopt when the stanza is for somebody else. Errors:
// AGE04 for a stanza that cannot be right.
fleet::Result<Stanza> wrap(const Recipient& recipient, View fileKey, Random& random);
fleet::Result<bool> unwrap(const Identity& identity, const Stanza& stanza, std::uint8_t fileKey[kFileKey]);

}  // namespace fleetd::vars::age
