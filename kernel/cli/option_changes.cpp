// Comparing by option.
#include "kernel/cli/option_changes.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "kernel/base/text.hpp"

namespace fleetd::cli {

namespace {

bool startsOption(std::string_view line) {
  if (line.empty() ||
      !(std::isalpha(static_cast<unsigned char>(line.front())) || line.front() == '"' || line.front() == '_'))
    return false;
  return line.find(" = ") != std::string_view::npos;
}

std::map<std::string, std::string> read(std::string_view text) {
  std::map<std::string, std::string> out;
  std::string* value = nullptr;
  for (const std::string_view line : base::splitLines(text)) {
    if (startsOption(line)) {
      const auto at = line.find(" = ");
      value = &out[std::string(line.substr(0, at))];
      *value = line.substr(at + 3);
    } else if (value) {
      *value += '\n';
      *value += line;
    }
  }
  return out;
}

}  // namespace

std::vector<OptionChange> optionChanges(std::string_view before, std::string_view after) {
  const auto old = read(before), now = read(after);
  std::vector<OptionChange> out;
  for (const auto& [option, value] : old) {
    const auto it = now.find(option);
    if (it == now.end())
      out.push_back({option, value, ""});
    else if (it->second != value)
      out.push_back({option, value, it->second});
  }
  for (const auto& [option, value] : now)
    if (!old.contains(option)) out.push_back({option, "", value});
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.option < b.option; });
  return out;
}

}  // namespace fleetd::cli
