// The list beside an age file of those it is for, and what the file itself says of them.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <fleet/cxx/result.hpp>

namespace fleetd::vars {

// Without blanks around it.
std::string trimmed(std::string_view text);
// Lines that are not blank, sorted.
std::vector<std::string> readRecipientList(std::string_view text);
std::string recipientListText(std::vector<std::string> recipients);
// How many keys an age file is for, armored or not. What others put there to keep readers honest does not count.
// Errors: those of its header.
fleet::Result<std::size_t> countRecipients(std::string_view file);

}  // namespace fleetd::vars
