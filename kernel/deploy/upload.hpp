// Secrets of a machine, brought as an archive.
#pragma once
#include "kernel/deploy/activation.hpp"

namespace fleetd::deploy {

// What the archive brings: a machine's key and files, or the values themselves.
enum class Brings : bool { Key, Values };

// Unpacks a tar archive read from `archive` into `directory` (nothing a shell would take apart): key.txt and
// activation/ are replaced, each in one step, or secrets.tar.gz, secrets_for_users.tar.gz and activation/; nothing is
// when the archive is cut off. Owners, groups and modes are those of the archive. Whether values are others than before
// (a key: always). Error FL0723 and those of ssh.
Result<bool> uploadSecrets(Ssh& ssh, const Address& address, const std::string& host, const std::string& directory,
                           int archive, Brings brings, const ActivationSettings& settings);

}  // namespace fleetd::deploy
