// "put shared/ca/key" and "remove …".
#include "plugins/vars/store/pass_record.hpp"

#include <algorithm>

namespace fleetd::vars {

namespace {

constexpr std::string_view kPut = "put ", kRemove = "remove ";

}  // namespace

std::string writePassRecord(const std::vector<PassStep>& steps) {
  std::string out;
  for (const auto& step : steps) out += std::string(step.kind == ChangeKind::Put ? kPut : kRemove) + step.id + "\n";
  return out;
}

std::optional<std::vector<PassStep>> readPassRecord(std::string_view text) {
  std::vector<PassStep> out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;  // cut off
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const bool put = line.starts_with(kPut);
    if (!put && !line.starts_with(kRemove)) return std::nullopt;
    std::string id(line.substr((put ? kPut : kRemove).size()));
    if (!isStorePath("vars/" + id)) return std::nullopt;
    out.push_back({put ? ChangeKind::Put : ChangeKind::Remove, std::move(id)});
  }
  return out;
}

}  // namespace fleetd::vars
