// By the names of options.
#include "kernel/cli/not_taken_back.hpp"

#include <algorithm>

#include "kernel/cli/option_changes.hpp"

namespace fleetd::cli {

namespace {

// Written once by an activation, and by none that does not name them.
constexpr std::string_view kStays[] = {"homebrew.",
                                       "launchd.user.",
                                       "networking.",
                                       "nix-homebrew.",
                                       "power.",
                                       "security.pam.",
                                       "system.activationScripts.",
                                       "system.defaults.",
                                       "system.keyboard.",
                                       "system.nvram.",
                                       "time.timeZone",
                                       "users."};

bool stays(std::string_view option) {
  return std::any_of(std::begin(kStays), std::end(kStays),
                     [&](std::string_view one) { return option.starts_with(one); });
}

}  // namespace

std::vector<std::string> notTakenBack(std::string_view before, std::string_view after) {
  std::vector<std::string> out;
  for (const OptionChange& one : optionChanges(before, after))
    if (stays(one.option)) out.push_back(one.option);
  return out;
}

}  // namespace fleetd::cli
