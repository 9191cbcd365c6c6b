// Ending a connection that ssh shares: what `ssh -O exit` does, without a process for it.
#pragma once
#include <chrono>
#include <string>

namespace fleetd::deploy {

// Asks the process that listens at `socket`, a ControlPath, to end. False when nobody listens, or when what listens
// does not answer as OpenSSH does. Thread: any.
bool endSharedConnection(const std::string& socket, std::chrono::milliseconds patience = std::chrono::seconds(2));

}  // namespace fleetd::deploy
