// Secrets of a machine, brought as an archive.
#pragma once
#include "kernel/deploy/activation.hpp"

namespace fleetd::deploy {

// Unpacks a tar archive read from `archive` into `directory` (nothing a shell would take apart): key.txt and
// activation/ are replaced, each in one step; nothing is when the archive is cut off. Owners, groups and modes are
// those of the archive. Error FL0723 and those of ssh.
Result<void> uploadSecrets(Ssh& ssh, const Address& address, const std::string& host, const std::string& directory,
                           int archive, const ActivationSettings& settings);

}  // namespace fleetd::deploy
