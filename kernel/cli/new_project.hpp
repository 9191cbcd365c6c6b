// What `init` and `plugin new` share: an empty directory to write into, and texts whose marks are filled in.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "kernel/base/result.hpp"

namespace fleetd::cli {

// Makes the directory, or takes it when nothing but .git is in it. Else an error of this code: `what` is the thing that
// is made there ("a new fleet"). Also FL0002, FL0003.
Result<void> claimDirectory(const std::string& directory, base::Code code, std::string_view what, std::string hint);

// `text` with each mark ("@name@") replaced by its value; values are not looked at again for the same mark.
std::string filledIn(std::string_view text, std::span<const std::pair<std::string_view, std::string>> values);

}  // namespace fleetd::cli
