// Whether a role has a setting, and whether the value is of its type. What composing finds later it finds only on
// machines that have the role; this needs none.
#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/cli/json_schema.hpp"
#include "kernel/cli/services_edit.hpp"

namespace fleetd::cli {

namespace {

using base::Json;
using sdk::OptionDecl;
using sdk::Type;
using Options = std::vector<OptionDecl>;
using Words = std::vector<std::string>;

bool same(const Json& json, const sdk::Value& value) {
  if (const auto* text = value.get<std::string>()) return json.asString() && *json.asString() == *text;
  if (const auto* number = value.get<std::int64_t>()) return json.asInt() && *json.asInt() == *number;
  if (const auto* flag = value.get<bool>()) return json.asBool() && *json.asBool() == *flag;
  return false;
}

bool fits(const Type& type, const Json& value);

bool fitsMembers(const Type& type, const Json& value) {
  const auto* members = value.asObject();
  return members && std::all_of(members->begin(), members->end(), [&](const auto& member) {
           if (member.first == "_type") return true;  // a priority, or another of Nix's own values
           return type.kind == Type::Kind::submodule
                      ? checkSetting(type.options, !type.open.empty(), {{member.first}, member.second}).ok()
                      : fits(type.of.front(), member.second);
         });
}

bool fits(const Type& type, const Json& value) {
  switch (type.kind) {
    case Type::Kind::boolean: return value.asBool() != nullptr;
    case Type::Kind::integer:
      return value.asInt() && (!type.min || *value.asInt() >= *type.min) && (!type.max || *value.asInt() <= *type.max);
    case Type::Kind::number: return value.asInt() || value.asUInt() || value.asFloat();
    case Type::Kind::str:
    case Type::Kind::lines:
    case Type::Kind::separated:
    case Type::Kind::path: return value.asString() != nullptr;
    case Type::Kind::enumeration:
      return std::any_of(type.values.begin(), type.values.end(), [&](const auto& one) { return same(value, one); });
    case Type::Kind::list: {
      const auto* items = value.asArray();
      return items &&
             std::all_of(items->begin(), items->end(), [&](const Json& one) { return fits(type.of.front(), one); });
    }
    case Type::Kind::map:
    case Type::Kind::lazyMap:
    case Type::Kind::submodule: return fitsMembers(type, value);
    case Type::Kind::nullable: return value.isNull() || fits(type.of.front(), value);
    case Type::Kind::either:
      return std::any_of(type.of.begin(), type.of.end(), [&](const Type& one) { return fits(one, value); });
    default: return true;
  }
}

// How many words an option's path and a setting's path below `from` have in common, if neither leaves the other.
std::optional<std::size_t> common(const OptionDecl& option, const Words& path, std::size_t from) {
  const std::size_t count = std::min(option.path.size(), path.size() - from);
  for (std::size_t i = 0; i < count; ++i)
    if (option.path[i] != "*" && option.path[i] != path[from + i]) return std::nullopt;
  return count;
}

Error unknown(const Options& options, const Words& path, std::size_t from) {
  std::set<std::string_view> names;
  for (const OptionDecl& option : options)
    if (!option.internal && !option.path.empty()) names.insert(option.path.front());
  const std::vector<std::string_view> all(names.begin(), names.end());
  std::string hint = suggestion(path[from], all);
  if (hint.empty() && !all.empty()) hint = "there are: " + base::join(all, " ");
  return {base::Code::FL0616,
          fmt::format("there is no setting `{}`", shownWord(base::join(path, "."))),
          std::move(hint),
          {}};
}

Error wrongType(const Words& path, const Type& type) {
  return {
      base::Code::FL0903, fmt::format("{}: {} is expected", shownWord(base::join(path, ".")), typeName(type)), "", {}};
}

// `type` is that of the setting that the first `at` words name.
Result<void> checkBelow(const Type& type, const Setting& setting, std::size_t at) {
  const Words& path = setting.path;
  if (at == path.size()) return fits(type, setting.value) ? Result<void>() : wrongType(path, type);
  switch (type.kind) {
    case Type::Kind::nullable: return checkBelow(type.of.front(), setting, at);
    case Type::Kind::map:
    case Type::Kind::lazyMap: return checkBelow(type.of.front(), setting, at + 1);
    case Type::Kind::submodule:
      return checkSetting(type.options, !type.open.empty(),
                          {{path.begin() + static_cast<std::ptrdiff_t>(at), path.end()}, setting.value});
    case Type::Kind::either:
    case Type::Kind::anything:
    case Type::Kind::raw:
    case Type::Kind::unspecified: return {};
    default: return wrongType({path.begin(), path.begin() + static_cast<std::ptrdiff_t>(at)}, type);
  }
}

}  // namespace

Result<void> checkSetting(const Options& options, bool open, const Setting& setting) {
  const Words& path = setting.path;
  bool group = false;
  for (const OptionDecl& option : options) {
    const auto words = common(option, path, 0);
    if (!words) continue;
    if (*words == option.path.size()) return checkBelow(option.type, setting, *words);
    group = true;  // a set of options
  }
  if (!group) return open ? Result<void>() : unknown(options, path, 0);
  const auto* members = setting.value.asObject();
  if (!members)
    return Error{
        base::Code::FL0903, fmt::format("{}: a set of settings is expected", shownWord(base::join(path, "."))), "", {}};
  for (const auto& [name, value] : *members) {
    Words below = path;
    below.push_back(name);
    if (name != "_type") FLEETD_TRY(checkSetting(options, open, {std::move(below), value}));
  }
  return {};
}

}  // namespace fleetd::cli
