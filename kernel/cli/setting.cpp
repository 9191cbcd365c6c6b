// Settings as words of a command line.
#include <algorithm>

#include <fmt/format.h>
#include <fleet/cxx/path.hpp>

#include "kernel/base/text.hpp"
#include "kernel/cli/services_edit.hpp"

namespace fleetd::cli {

namespace {

using base::Json;
using sdk::Type;

bool isText(const Type& type) {
  switch (type.kind) {
    case Type::Kind::str:
    case Type::Kind::lines:
    case Type::Kind::separated:
    case Type::Kind::path: return true;
    case Type::Kind::enumeration:
      return std::all_of(type.values.begin(), type.values.end(),
                         [](const auto& one) { return one.template get<std::string>(); });
    default: return false;
  }
}

Json valueOf(const std::string& text, const Type* type) {
  if (type && type->kind == Type::Kind::nullable) {
    if (text == "null") return Json();
    type = &type->of.front();
  }
  if (type && isText(*type)) {
    // Quotes around a text are allowed, as in JSON.
    if (auto quoted = base::parseJson(text); quoted && quoted->asString()) return *std::move(quoted);
    return Json(text);
  }
  if (auto json = base::parseJson(text)) return *std::move(json);
  if (type && type->kind == Type::Kind::list && isText(type->of.front())) {
    Json::Array out;
    for (const auto part : base::split(text, ','))
      if (const auto one = base::trim(part); !one.empty()) out.emplace_back(std::string(one));
    return Json(std::move(out));
  }
  return Json(text);
}

}  // namespace

const Type* typeOfSetting(const std::vector<sdk::OptionDecl>& options, const std::vector<std::string>& path,
                          std::size_t from) {
  for (const auto& option : options) {
    if (option.path.size() > path.size() - from) continue;
    bool same = true;
    for (std::size_t i = 0; i < option.path.size(); ++i)
      same = same && (option.path[i] == "*" || option.path[i] == path[from + i]);
    if (!same) continue;
    std::size_t at = from + option.path.size();
    const Type* type = &option.type;
    while (at < path.size() && !type->of.empty() &&
           (type->kind == Type::Kind::map || type->kind == Type::Kind::lazyMap)) {
      type = &type->of.front();
      ++at;
    }
    if (at == path.size()) return type;
    if (type->kind == Type::Kind::nullable) type = &type->of.front();
    return type->kind == Type::Kind::submodule ? typeOfSetting(type->options, path, at) : nullptr;
  }
  return nullptr;
}

Result<Setting> parseSetting(const std::string& word, const std::vector<sdk::OptionDecl>* options) {
  const auto equals = word.find('=');
  const auto path = sdk::parsePath(std::string_view(word).substr(0, equals));
  if (equals == std::string::npos || !path || path->empty())
    return Error{base::Code::FL0903,
                 fmt::format("`{}` is no setting", shownWord(word)),
                 "NAME=VALUE, for example groups='[\"wheel\"]'",
                 {}};
  Setting out;
  out.path = {path->begin(), path->end()};
  out.value = valueOf(word.substr(equals + 1), options ? typeOfSetting(*options, out.path) : nullptr);
  return out;
}

}  // namespace fleetd::cli
