// Reading public values.
#include "kernel/fleet/public_vars.hpp"

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/fleet/discovery.hpp"

namespace fleetd::fleet {

namespace {
constexpr std::uint64_t kMaxValue = 1 << 20;  // bytes
}

PublicValues publicValuesIn(const std::string& directory) {
  PublicValues out;
  for (const std::string& generator : directoriesIn(directory))
    for (const std::string& file : directoriesIn(directory + "/" + generator)) {
      const std::string path = directory + "/" + generator + "/" + file + "/value";
      if (!base::isRegularFile(path)) continue;
      if (auto value = base::readFile(path, kMaxValue); value && !base::invalidUtf8At(*value))
        out[generator][file] = *std::move(value);
    }
  return out;
}

std::string varsOfMachine(const std::string& fleet, const std::string& machine) {
  return fleet + "/vars/per-machine/" + machine;
}
std::string varsOfAll(const std::string& fleet) { return fleet + "/vars/shared"; }

}  // namespace fleetd::fleet
