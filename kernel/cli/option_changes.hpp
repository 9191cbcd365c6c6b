// What differs between two configurations, given as text with an option a line.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace fleetd::cli {

struct OptionChange {
  std::string option;
  std::string before;  // empty: it was not there
  std::string after;   // empty: it is gone
};

// Sorted by option. Lines are `option = value`; what does not look like that belongs to the value before.
std::vector<OptionChange> optionChanges(std::string_view before, std::string_view after);

}  // namespace fleetd::cli
