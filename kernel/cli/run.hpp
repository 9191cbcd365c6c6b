// The whole program: from argv to the exit code.
#pragma once

namespace fleetd::cli {

int run(int argc, char** argv);

}  // namespace fleetd::cli
