// Keys of machines on their way to them.
#pragma once
#include <memory>

#include "kernel/cli/context.hpp"
#include "kernel/deploy/deployment.hpp"

namespace fleetd::cli {

// Null when the repository has no key for the machine. The vars plugin decrypts it and writes it into the pipe.
std::shared_ptr<deploy::MachineKey> keyOf(Context& cx, const fleet::Host& host);

}  // namespace fleetd::cli
