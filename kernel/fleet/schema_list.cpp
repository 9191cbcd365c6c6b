// Reading lists of options.
#include "kernel/fleet/schema_list.hpp"

#include <fmt/format.h>

#include "kernel/base/json.hpp"

namespace fleetd::fleet {

namespace {

constexpr std::size_t kMaxPath = 64;       // names of one option
constexpr std::size_t kMaxText = 1 << 16;  // bytes of one text; longer ones are cut

Error malformed(std::size_t index, std::string_view why) {
  return {base::Code::FL0561,
          fmt::format("option {} of the list: {}", index + 1, why),
          "expected is a list or an object of options with `loc`, as in the options.json of NixOS",
          {}};
}

std::string shortened(std::string_view text) {
  if (text.size() <= kMaxText) return std::string(text);
  std::size_t end = kMaxText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end));
}

// A text, or an object with one: { _type = "literalExpression"; text = "…"; }.
std::string textOf(const base::Json* value) {
  if (!value || value->isNull()) return {};
  if (const auto* text = value->asString()) return shortened(*text);
  if (value->asObject() && value->find("text")) return shortened(value->stringOr("text", ""));
  return shortened(base::toJsonText(*value));
}

bool flag(const base::Json& option, std::string_view name, bool fallback) {
  const base::Json* value = option.find(name);
  const bool* set = value ? value->asBool() : nullptr;
  return set ? *set : fallback;
}

Result<SchemaEntry> entryOf(const base::Json& option, std::size_t index) {
  SchemaEntry out;
  if (!option.asObject()) return malformed(index, "it is no object");
  const base::Json* loc = option.find("loc");
  const auto* names = loc ? loc->asArray() : nullptr;
  if (!names || names->empty()) return malformed(index, "it has no list `loc` of names");
  if (names->size() > kMaxPath) return malformed(index, fmt::format("its path has more than {} names", kMaxPath));
  for (const base::Json& name : *names) {
    if (!name.asString()) return malformed(index, "`loc` has an element that is no text");
    out.path.push_back(*name.asString());
  }
  out.type = textOf(option.find("type"));
  out.description = textOf(option.find("description"));
  out.renamedTo = textOf(option.find("renamedTo"));
  if (const base::Json* value = option.find("default"); value && !value->isNull()) {
    out.defaultText = textOf(value);
    out.flags |= option_flag::kHasDefault;
  }
  if (flag(option, "internal", false)) out.flags |= option_flag::kInternal;
  if (flag(option, "readOnly", false)) out.flags |= option_flag::kReadOnly;
  if (!flag(option, "visible", true)) out.flags |= option_flag::kHidden;
  if (flag(option, "defined", false)) out.flags |= option_flag::kDefined;
  return out;
}

}  // namespace

Result<std::vector<SchemaEntry>> parseOptionList(std::string_view text) {
  base::JsonLimits limits;
  limits.maxBytes = std::size_t{256} << 20;
  FLEETD_TRY_ASSIGN(const base::Json json, base::parseJson(text, limits));
  std::vector<SchemaEntry> out;
  const auto add = [&](const base::Json& option) -> Result<void> {
    FLEETD_TRY_ASSIGN(SchemaEntry entry, entryOf(option, out.size()));
    if (entry.path.front() != "_module") out.push_back(std::move(entry));
    return {};
  };
  if (const auto* list = json.asArray()) {
    for (const base::Json& option : *list) FLEETD_TRY(add(option));
    return out;
  }
  if (!json.asObject()) return Error{base::Code::FL0561, "the list of options is neither a list nor an object", "", {}};
  for (const auto& [name, option] : *json.asObject()) FLEETD_TRY(add(option));
  return out;
}

}  // namespace fleetd::fleet
