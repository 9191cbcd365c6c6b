// `fleetd explain HOST PATH`: where a value comes from. `fleetd explain CODE` is in explain_code.cpp.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/diagnostic_print.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/explain_code.hpp"
#include "kernel/cli/target.hpp"

namespace fleetd::cli {

namespace {

using fleet::ExplainedDefinition;
using fleet::Explanation;

void writeNames(base::JsonWriter& json, std::string_view key, const std::vector<std::string>& names) {
  json.key(key).beginArray();
  for (const std::string& name : names) json.string(name);
  json.endArray();
}

void writeExplanation(Context& cx, const fleet::Host& host, const Explanation& e) {
  base::JsonWriter json(cx.out.data(), 2);
  json.beginObject().member("host", host.name).member("path", e.path).member("knowledge", e.knowledge);
  json.member("value", e.value)
      .member("type", e.type)
      .member("description", e.description)
      .member("default", e.defaultText);
  writeNames(json, "declaredIn", e.declaredIn);
  json.key("definitions").beginArray();
  for (const ExplainedDefinition& d : e.definitions) {
    json.beginObject().member("file", d.file).key("place");
    cx.writePlace(json, d.place);
    json.key("priority").integer(d.priority).key("order").integer(d.order);
    json.member("value", d.value)
        .member("condition", d.condition)
        .member("winner", d.winner)
        .member("why", d.why)
        .endObject();
  }
  json.endArray();
  writeNames(json, "references", e.references);
  writeNames(json, "unknown", e.unknownParts);
  json.endObject();
  cx.out.write("\n");
}

// "  name      text", with further lines of the text below the first.
void field(Context& cx, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  const std::string clean = base::sanitize(text);
  bool first = true;
  for (const std::string_view line : base::splitLines(clean)) {
    cx.out.write(cx.out.styled(kDim, fmt::format("  {:<12}", first ? name : "")));
    cx.out.write(line);
    cx.out.write("\n");
    first = false;
  }
}

Style styleOf(std::string_view knowledge) {
  return knowledge == "known" ? kGreen : knowledge == "undefined" ? kDim : kCyan;
}

std::string priorityText(long long priority) {
  switch (priority) {
    case 1500: return "1500 (option default)";
    case 1000: return "1000 (mkDefault)";
    case 100: return "100";
    case 50: return "50 (mkForce)";
    default: return fmt::format("{}", priority);
  }
}

void printDefinition(Context& cx, const ExplainedDefinition& d) {
  const std::string place = cx.placeText(d.place);
  cx.out.write(fmt::format("  {} {}\n", d.winner ? cx.out.styled(kGreen, "✓") : cx.out.styled(kDim, "✗"),
                           cx.out.styled(kBold, place.empty() ? base::sanitize(d.file) : place)));
  const auto line = [&](std::string_view name, std::string_view text) {
    const std::string clean = base::sanitize(text);
    for (const std::string_view each : base::splitLines(clean)) {
      cx.out.write(fmt::format("      {:<9} {}\n", name, each));
      name = "";
    }
  };
  line("value", d.value);
  line("priority", priorityText(d.priority));
  if (d.order != 1000) line("order", fmt::format("{}", d.order));
  line("if", d.condition);
  line("lost", d.why);
}

void printExplanation(Context& cx, const fleet::Host& host, const Explanation& e) {
  cx.out.write(fmt::format("{} of {} is {}\n", cx.out.styled(kBold, base::sanitize(e.path)), base::sanitize(host.name),
                           cx.out.styled(styleOf(e.knowledge), e.knowledge)));
  field(cx, "value", e.value);
  field(cx, "type", e.type);
  field(cx, "default", e.defaultText);
  field(cx, "about", e.description);
  std::vector<std::string> declared;
  for (const std::string& place : e.declaredIn) declared.emplace_back(base::shownPath(place, cx.root()));
  field(cx, "declared in", base::join(declared, "\n"));
  cx.out.write("\n");
  if (e.definitions.empty()) cx.out.write("The fleet does not define it.\n");
  if (!e.definitions.empty()) cx.out.write(cx.out.styled(kBold, "Definitions") + "\n");
  // For people the strongest first; as JSON in the order of the modules.
  std::vector<ExplainedDefinition> definitions = e.definitions;
  std::stable_sort(definitions.begin(), definitions.end(),
                   [](const auto& a, const auto& b) { return a.priority < b.priority; });
  for (const ExplainedDefinition& d : definitions) printDefinition(cx, d);
  if (!e.references.empty()) cx.out.write("\n" + cx.out.styled(kBold, "Computed from") + "\n");
  for (const std::string& reference : e.references) cx.out.write(fmt::format("  {}\n", base::sanitize(reference)));
  if (!e.unknownParts.empty()) cx.out.write("\n" + cx.out.styled(kBold, "Left to Nix") + "\n");
  for (const std::string& part : e.unknownParts) cx.out.write(fmt::format("  {}\n", base::sanitize(part)));
}

}  // namespace

int runExplain(Context& cx) {
  if (cx.args.has("--codes") || looksLikeCode(cx.args)) return explainCode(cx);
  const auto target = parseTarget(cx.args.positionals);
  if (!target) return cx.fail(target.error());
  if (target->path.empty())
    return cx.fail(
        {base::Code::FL0903, "an option path is needed", "as in `fleetd explain HOST services.openssh.enable`", {}});
  auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  const auto host = (*fleet)->findHost(target->host);
  if (!host) return cx.fail(host.error());
  const auto composed = cx.compose(**host);
  const auto explanation = composed->explain(target->path);
  if (!explanation) return cx.fail(explanation.error());
  if (cx.json())
    writeExplanation(cx, **host, *explanation);
  else
    printExplanation(cx, **host, *explanation);
  return cx.finish();
}

}  // namespace fleetd::cli
