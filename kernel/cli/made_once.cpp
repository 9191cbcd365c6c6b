// By the names of options.
#include "kernel/cli/made_once.hpp"

#include "kernel/cli/option_changes.hpp"

namespace fleetd::cli {

std::vector<std::string> madeOnce(std::string_view before, std::string_view after) {
  std::vector<std::string> out;
  for (const OptionChange& one : optionChanges(before, after)) {
    const std::string_view option = one.option;
    const bool mounted = option.find(".mountpoint") != option.npos || option.find(".mountOptions") != option.npos;
    if (option.starts_with("disko.devices.") && !mounted) out.push_back(one.option);
  }
  return out;
}

}  // namespace fleetd::cli
