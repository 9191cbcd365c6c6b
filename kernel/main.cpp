// The entry point of the fleetd executable.
#include <cstdio>

#include <fmt/format.h>

#include "kernel/base/version.hpp"

int main() {
  fmt::print("fleetd {}\n", fleetd::base::version());
  return 0;
}
