// Reading the exports `overlay`.
#include "kernel/deploy/overlays.hpp"

#include <algorithm>
#include <cctype>

#include "kernel/base/text.hpp"

namespace fleetd::deploy {

namespace {

using sdk::Value;

constexpr std::size_t kDeepest = 16;
constexpr std::size_t kLongest = 253;  // of a name

// What may stand in a file of hosts, a zone or a shell's word.
bool plainWord(std::string_view text) {
  return !text.empty() && text.size() <= kLongest && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_' || c == ':';
         });
}

std::string wordAt(const Value& set, std::string_view name) {
  const Value* value = set.find(name);
  const auto* text = value ? value->get<std::string>() : nullptr;
  return text && plainWord(*text) ? *text : std::string();
}

bool flagAt(const Value& set, std::string_view name) {
  const Value* value = set.find(name);
  const auto* flag = value ? value->get<bool>() : nullptr;
  return flag && *flag;
}

std::vector<std::string> wordsAt(const Value& set, std::string_view name) {
  std::vector<std::string> out;
  const Value* value = set.find(name);
  if (const auto* list = value ? value->get<sdk::List>() : nullptr)
    for (const Value& one : *list)
      if (const auto* text = one.get<std::string>(); text && plainWord(*text)) out.push_back(*text);
  return out;
}

Json jsonOf(const Value& value, std::size_t depth = 0) {
  if (depth > kDeepest) return {};
  if (const auto* flag = value.get<bool>()) return Json(*flag);
  if (const auto* number = value.get<std::int64_t>()) return Json(*number);
  if (const auto* text = value.get<std::string>()) return Json(*text);
  if (const auto* list = value.get<sdk::List>()) {
    Json::Array out;
    for (const Value& one : *list) out.push_back(jsonOf(one, depth + 1));
    return Json(std::move(out));
  }
  if (const auto* attrs = value.get<sdk::Attrs>()) {
    Json::Object out;
    for (const auto& attr : *attrs) out.emplace_back(attr.name, jsonOf(attr.value, depth + 1));
    return Json(std::move(out));
  }
  return {};
}

void readMembers(const Value& set, Overlay& out) {
  const Value* value = set.find("members");
  const auto* list = value ? value->get<sdk::List>() : nullptr;
  if (!list) return;
  for (const Value& one : *list) {
    OverlayMember member;
    member.id = wordAt(one, "id");
    if (member.id.empty()) continue;
    member.name = wordAt(one, "name");
    member.isMachine = flagAt(one, "machine");
    member.addresses = wordsAt(one, "addresses");
    member.pinned = wordsAt(one, "pinned");
    out.members.push_back(std::move(member));
  }
}

}  // namespace

const OverlayMember* Overlay::find(std::string_view text) const {
  for (const OverlayMember& member : members)
    if (member.name == text) return &member;
  for (const OverlayMember& member : members)
    if (member.id == text ||
        std::find(member.addresses.begin(), member.addresses.end(), text) != member.addresses.end())
      return &member;
  return nullptr;
}

std::vector<Overlay> overlaysOf(const render::Services& services) {
  std::vector<Overlay> out;
  for (const auto& [key, interfaces] : services.exports()) {
    const auto found = interfaces.find("overlay");
    const auto parts = base::split(key, ':');
    if (found == interfaces.end() || parts.size() != 4 || parts[1].empty()) continue;
    const Value& set = found->second;
    Overlay overlay;
    overlay.service = parts[0];
    overlay.instance = parts[1];
    overlay.kind = wordAt(set, "kind");
    overlay.id = wordAt(set, "id");
    overlay.controller = wordAt(set, "controller");
    overlay.domain = wordAt(set, "domain");
    overlay.interface = wordAt(set, "interface");
    overlay.revoke = flagAt(set, "revoke");
    readMembers(set, overlay);
    if (const Value* record = set.find("record")) overlay.record = jsonOf(*record);
    out.push_back(std::move(overlay));
  }
  std::sort(out.begin(), out.end(), [](const Overlay& a, const Overlay& b) { return a.instance < b.instance; });
  return out;
}

}  // namespace fleetd::deploy
