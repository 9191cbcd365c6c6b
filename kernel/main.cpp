// The entry point of the fleetd executable.
#include "kernel/cli/run.hpp"

int main(int argc, char** argv) { return fleetd::cli::run(argc, argv); }
