// Lists of options as JSON: what fleetd's own Nix expression prints, and the options.json of a platform's manual.
#pragma once
#include <string_view>
#include <vector>

#include "kernel/fleet/schema.hpp"

namespace fleetd::fleet {

// An array of options, or an object whose members are options: each with `loc` (a list of names) and perhaps `type`,
// `default` (a text, or { text }), `description` (a text, or { text }), `internal`, `visible`, `readOnly`, `defined`,
// `renamedTo`. Options of `_module` are left out. Errors: FL0561 for other forms, FL0006 for what is no JSON, FL0004.
Result<std::vector<SchemaEntry>> parseOptionList(std::string_view json);

}  // namespace fleetd::fleet
