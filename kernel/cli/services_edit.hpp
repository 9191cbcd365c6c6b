// `fleetd services add|set|remove`: instances of services in inventory.json.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/json.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/plugin/sdk.hpp"

namespace fleetd::cli {

int editServices(Context& cx, std::string_view verb);

struct Setting {
  std::vector<std::string> path;
  base::Json value;
};
// "a.b=VALUE": VALUE is JSON, or a text. With the role's options at hand, what is declared as text stays text, and
// a list may be written with commas. Errors: FL0903.
Result<Setting> parseSetting(const std::string& word, const std::vector<sdk::OptionDecl>* options);

// Whether a role with these options has the setting, and its value has the type. `open`: it may hold others. Errors:
// FL0616 with a suggestion, FL0903.
Result<void> checkSetting(const std::vector<sdk::OptionDecl>& options, bool open, const Setting& setting);

// The type of an option below others, or null.
const sdk::Type* typeOfSetting(const std::vector<sdk::OptionDecl>& options, const std::vector<std::string>& path,
                               std::size_t from = 0);

}  // namespace fleetd::cli
