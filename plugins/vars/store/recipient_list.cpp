// Lists of recipients: one a line.
#include "plugins/vars/store/recipient_list.hpp"

#include <algorithm>

#include "plugins/vars/age/age.hpp"
#include "plugins/vars/age/header.hpp"

namespace fleetd::vars {

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin));
}

std::vector<std::string> readRecipientList(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (auto line = trimmed(text.substr(begin, end - begin)); !line.empty()) out.push_back(std::move(line));
    begin = end + 1;
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string recipientListText(std::vector<std::string> recipients) {
  std::sort(recipients.begin(), recipients.end());
  std::string out;
  for (const auto& one : recipients) out += one + "\n";
  return out;
}

fleet::Result<std::size_t> countRecipients(std::string_view file) {
  std::string binary;
  if (file.starts_with("-----BEGIN")) {
    FLEET_TRY_ASSIGN(binary, age::unarmor(file));
    file = binary;
  }
  FLEET_TRY_ASSIGN(const auto header, age::parseHeader(file));
  return static_cast<std::size_t>(std::count_if(header.stanzas.begin(), header.stanzas.end(), [](const auto& stanza) {
    return !stanza.args.empty() && !stanza.args.front().ends_with("-grease");
  }));
}

}  // namespace fleetd::vars
