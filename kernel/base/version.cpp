// The version is passed by meson to this one file, so that a new version recompiles nothing else.
#include "kernel/base/version.hpp"

namespace fleetd::base {

std::string_view version() { return FLEETD_VERSION; }

}  // namespace fleetd::base
