// MacFacts: what a Mac had before the fleet, as far as its configuration has to know of it. Kept in the repository, as
// machines/NAME/darwin.json, and a module of the host.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::render {

struct MacFacts {
  std::optional<std::int64_t> buildGroup;  // gid of nixbld
  std::optional<std::int64_t> buildUsers;  // uid of _nixbld1, less one: the base of them
  std::vector<std::string> shells;         // of /etc/shells and of people, beyond macOS's own; sorted

  bool empty() const { return !buildGroup && !buildUsers && shells.empty(); }
  friend bool operator==(const MacFacts&, const MacFacts&) = default;
};

std::string macFactsFile(std::string_view host);  // "machines/NAME/darwin.json"

// Error FL0848 for what is no such file.
Result<MacFacts> parseMacFacts(std::string_view text);
// Nothing where there is no file. `root` is the directory of the inventory, or of the fleet.
Result<MacFacts> readMacFacts(const std::string& root, std::string_view host);
std::string macFactsText(const MacFacts& facts);

// The module that says the same to nix-darwin; what the fleet sets itself goes before, except for shells, which are
// added.
std::string macModuleText(const MacFacts& facts);

}  // namespace fleetd::render
