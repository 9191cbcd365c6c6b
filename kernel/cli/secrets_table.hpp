// Options and words of `fleetd secrets`, for the table of commands.
#pragma once
#include "kernel/cli/command.hpp"

namespace fleetd::cli {

inline constexpr OptionSpec kNoCommit{"--no-commit", 0, Kind::Flag, "", "write files and leave git alone"};
inline constexpr OptionSpec kSecretsOptions[] = {
    {"--age-key", 0, Kind::Text, "KEY", "a public key: age1… or \"ssh-ed25519 AAAA…\"; may be given several times"},
    {"--pgp-key", 0, Kind::Text, "FINGERPRINT", "a PGP key that gpg has; may be given several times"},
    {"--user", 0, Kind::Text, "NAME",
     "set, import-sops, groups create: who reads it, or belongs to it; several are allowed"},
    {"--machine", 'm', Kind::Host, "NAME", "the same for a machine"},
    {"--group", 0, Kind::Text, "NAME", "set, import-sops: a group that reads it"},
    {"--prefix", 0, Kind::Text, "TEXT", "import-sops: what the secrets' names begin with"},
    {"--input-type", 0, Kind::Text, "TYPE", "import-sops: yaml, json or dotenv; else by the end of the file's name"},
    {"--edit", 'e', Kind::Flag, "", "set: show the value in $VISUAL, $EDITOR or vi, as a file in memory"},
    {"--force", 'f', Kind::Flag, "", "add: replace the keys of one that is there"},
    {"--new", 0, Kind::Flag, "", "key generate: even if there is a key"},
    kNoCommit,
};
inline constexpr PositionalSpec kSecretsWords[] = {
    {"VERB", Kind::Text,
     "list (the default), get, set, import-sops, rename, remove or who; or users, machines, groups, key"},
    {"WORD", Kind::Text, "what the verb is about; behind users, machines, groups and key first what to do", false,
     true},
};

inline constexpr const char* kSecretsText =
    "Secrets are in sops/secrets, each with links to the users, machines and groups that read it. `secrets set NAME` reads a value\n"
    "from standard input or asks for it, `secrets users`, `machines` and `groups` change who there is and what they read; whatever\n"
    "a change concerns is encrypted again at once, with the same value. `secrets who` shows who can read what, `secrets import-sops\n"
    "FILE` takes over the values of a file that sops wrote. Files are committed to git.\n"
    "\n"
    "  fleetd secrets users add bob --age-key age1…\n"
    "  fleetd secrets groups add-user admins bob\n"
    "  pass show mail | fleetd secrets set mail-password --machine web --group admins\n"
    "  fleetd secrets import-sops secrets/web.yaml --machine web --prefix web-\n"
    "  fleetd secrets who bob --json\n"
    "  fleetd secrets users rotate ada";

}  // namespace fleetd::cli
