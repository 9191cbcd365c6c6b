// Printing JSON Schema for people.
#include "kernel/cli/own_service.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/fleet/own_services.hpp"
#include "kernel/lang/print.hpp"

namespace fleetd::cli {

namespace {

using base::Json;

constexpr int kDeepest = 8;

std::string kindOf(const Json& schema);

std::string integerText(const Json& schema) {
  const auto* least = schema.find("minimum");
  const auto* most = schema.find("maximum");
  if (least && most) return fmt::format("integer from {} to {}", base::toJsonText(*least), base::toJsonText(*most));
  return least ? fmt::format("integer from {}", base::toJsonText(*least)) : "integer";
}

std::string choiceText(const Json::Array& values) {
  std::string out;
  for (const Json& one : values) out += (out.empty() ? "" : " or ") + kindOf(one);
  return out;
}

std::string kindOf(const Json& schema) {
  if (const auto* values = schema.find("enum"); values && values->asArray()) {
    std::string out = "one of";
    for (const Json& one : *values->asArray()) out += " " + base::toJsonText(one);
    return out;
  }
  if (const auto* choice = schema.find("oneOf"); choice && choice->asArray()) return choiceText(*choice->asArray());
  const std::string_view type = schema.stringOr("type", "");
  if (type == "integer") return integerText(schema);
  if (type == "string") return "text";
  if (type == "array") {
    const auto* items = schema.find("items");
    return fmt::format("list of {}", items ? kindOf(*items) : "anything");
  }
  if (type == "object") {
    const auto* properties = schema.find("properties");
    const auto* others = schema.find("additionalProperties");
    if (properties) return "settings";
    return fmt::format("set of {}", others && others->asObject() ? kindOf(*others) : "anything");
  }
  return type.empty() ? "anything" : std::string(type);
}

bool isRequired(const Json& schema, const std::string& name) {
  const auto* required = schema.find("required");
  return required && required->asArray() &&
         std::find(required->asArray()->begin(), required->asArray()->end(), Json(name)) != required->asArray()->end();
}

void printSettings(Context& cx, const Json& schema, const std::string& above, int depth) {
  const auto* properties = schema.find("properties");
  if (!properties || !properties->asObject() || depth > kDeepest) return;
  for (const auto& [name, one] : *properties->asObject()) {
    const std::string path = base::sanitize(above + lang::printName(name));
    const Json* below = &one;
    std::string inside = path + ".";
    if (const auto* others = one.find("additionalProperties");
        !one.find("properties") && others && others->asObject()) {
      below = others;
      inside += "<name>.";
    }
    const bool nested = below->find("properties") != nullptr;
    if (!nested || below != &one) {
      const auto* fallback = one.find("default");
      std::string text = fallback                   ? "default " + base::toJsonText(*fallback)
                         : isRequired(schema, name) ? "required"
                                                    : "with a default that is no plain value";
      cx.out.write(fmt::format("    {}  {}\n", cx.out.styled(kBold, path),
                               cx.out.styled(kDim, base::sanitize(fmt::format("{}, {}", kindOf(one), text)))));
      if (const auto doc = base::trim(one.stringOr("description", "")); !doc.empty())
        for (const auto line : base::splitLines(doc)) cx.out.write(fmt::format("        {}\n", base::sanitize(line)));
    }
    if (nested) printSettings(cx, *below, inside, depth + 1);
  }
}

void print(Context& cx, const std::string& name, const Json& service) {
  cx.out.write(fmt::format("{}  {}\n", cx.out.styled(kBold, base::sanitize(name)),
                           base::sanitize(service.stringOr("description", ""))));
  cx.out.write("a module of this fleet\n");
  if (const auto* exports = service.find("exports"); exports && exports->asArray() && !exports->asArray()->empty()) {
    cx.out.write("exports:");
    for (const Json& one : *exports->asArray())
      if (one.asString()) cx.out.write(" " + base::sanitize(*one.asString()));
    cx.out.write("\n");
  }
  const auto* roles = service.find("roles");
  if (!roles || !roles->asObject()) return;
  for (const auto& [role, said] : *roles->asObject()) {
    cx.out.write(fmt::format("\n  role {}\n", cx.out.styled(kBold, base::sanitize(role))));
    if (const auto doc = said.stringOr("description", ""); !doc.empty())
      cx.out.write(fmt::format("    {}\n", base::sanitize(doc)));
    const auto* settings = said.find("settings");
    if (!settings) continue;
    printSettings(cx, *settings, "", 0);
    const auto* others = settings->find("additionalProperties");
    if (others && (others->asObject() || (others->asBool() && *others->asBool())))
      cx.out.write("    further settings are allowed\n");
  }
}

}  // namespace

int showOwnService(Context& cx, std::string_view verb, const std::string& name) {
  const Json service = fleet::describeOwnService(cx.workspace().fleet(), name, cx.diagnostics);
  if (verb == "schema") {
    Json::Object schemas;
    if (const auto* roles = service.find("roles"); roles && roles->asObject())
      for (const auto& [role, said] : *roles->asObject())
        if (const auto* settings = said.find("settings")) schemas.emplace_back(role, *settings);
    cx.out.write(base::toJsonText(Json(std::move(schemas)), 2) + "\n");
  } else if (cx.json()) {
    cx.out.write(base::toJsonText(service, 2) + "\n");
  } else {
    print(cx, name, service);
  }
  return cx.finish();
}

}  // namespace fleetd::cli
