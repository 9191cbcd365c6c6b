// Coverage as tables and as JSON.
#include "kernel/cli/coverage.hpp"

#include <fmt/format.h>

#include "kernel/base/diagnostic_print.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/text_table.hpp"

namespace fleetd::cli {

namespace {

using fleet::ClassCoverage;
using fleet::CoverageCounts;

constexpr std::size_t kMostModules = 15;  // in the table of modules; JSON has all

std::string share(std::size_t part, std::size_t whole) { return fmt::format("{:.1f} %", fleet::percent(part, whole)); }

// Numbers with one decimal, as text, so that a document is the same everywhere.
void writePercent(base::JsonWriter& json, std::string_view key, std::size_t part, std::size_t whole) {
  json.key(key).raw(fmt::format("{:.2f}", fleet::percent(part, whole)));
}

void writeCounts(base::JsonWriter& json, const CoverageCounts& counts) {
  const auto member = [&](std::string_view key, std::size_t value) { json.key(key).unsignedInteger(value); };
  member("definitions", counts.definitions);
  member("paths", counts.paths);
  member("structure", counts.structure);
  member("conditional", counts.conditional);
  member("known", counts.known);
  member("packages", counts.packages);
  member("residual", counts.residual);
}

void writeClass(base::JsonWriter& json, const ClassCoverage& one) {
  json.beginObject();
  writeCounts(json, one.counts);
  json.key("modules").unsignedInteger(one.modules).key("opaque").unsignedInteger(one.opaque);
  const CoverageCounts& n = one.counts;
  json.key("percent").beginObject();
  writePercent(json, "paths", n.paths, n.definitions);
  writePercent(json, "structure", n.structure, n.definitions);
  writePercent(json, "known", n.known, n.definitions);
  writePercent(json, "knownOrPackages", n.known + n.packages, n.definitions);
  writePercent(json, "opaqueModules", one.opaque, one.opaque == 0 ? 1 : one.modules);
  json.endObject().endObject();
}

void addClass(TextTable& table, const std::string& name, const ClassCoverage& one) {
  const CoverageCounts& n = one.counts;
  table.add({{name, kBold},
             {fmt::format("{}", n.definitions)},
             {share(n.paths, n.definitions)},
             {share(n.structure, n.definitions)},
             {share(n.known, n.definitions)},
             {share(n.known + n.packages, n.definitions)},
             {fmt::format("{}", n.residual)},
             {fmt::format("{}", n.conditional)},
             {fmt::format("{}", one.modules)},
             {fmt::format("{}", one.opaque)}});
}

void printModules(Context& cx, const fleet::Coverage& coverage) {
  TextTable table({{"MODULE", false, 20, 0},
                   {"CLASS", false, 0, 1},
                   {"DEFINITIONS", true},
                   {"KNOWN", true},
                   {"PACKAGES", true},
                   {"RESIDUAL", true},
                   {"NO PATH", true, 0, 2}});
  std::size_t shown = 0;
  for (const auto& module : coverage.worst()) {
    const CoverageCounts& n = module.counts;
    if (n.residual == 0 || shown++ == kMostModules) break;
    table.add({{std::string(base::shownPath(module.file, cx.root()))},
               {module.klass, kDim},
               {fmt::format("{}", n.definitions)},
               {fmt::format("{}", n.known)},
               {fmt::format("{}", n.packages)},
               {fmt::format("{}", n.residual), kCyan},
               {fmt::format("{}", n.definitions - n.paths)}});
  }
  if (!table.empty()) cx.out.write("\n" + table.text(cx.out.dataWidth(), cx.out.colorData()));
}

void printOpaque(Context& cx, const fleet::Coverage& coverage) {
  TextTable table(
      {{"NOT READ"}, {"CLASS", false, 0, 1}, {"WHAT", false, 20, 0}, {"IN", false, 20, 2}, {"PLACE", false, 0, 3}});
  for (const auto& part : coverage.opaque())
    table.add({{std::string(fleet::opaqueName(part.what))},
               {part.klass, kDim},
               {part.reason, kCyan},
               {std::string(base::shownPath(part.file, cx.root()))},
               {cx.placeText(part.place)}});
  if (!table.empty()) cx.out.write("\n" + table.text(cx.out.dataWidth(), cx.out.colorData()));
}

}  // namespace

void printCoverage(Context& cx, const fleet::Coverage& coverage) {
  TextTable table({{"COVERAGE"},
                   {"DEFINITIONS", true},
                   {"PATHS", true},
                   {"STRUCTURE", true},
                   {"KNOWN", true},
                   {"OR PACKAGES", true},
                   {"RESIDUAL", true, 0, 2},
                   {"CONDITIONAL", true, 0, 4},
                   {"MODULES", true, 0, 3},
                   {"OPAQUE", true, 0, 1}});
  const auto classes = coverage.classes();
  for (const auto& [name, one] : classes) addClass(table, name, one);
  if (classes.size() != 1) addClass(table, "fleet", coverage.total());
  cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
  printModules(cx, coverage);
  printOpaque(cx, coverage);
  cx.out.write("\n");
}

void writeCoverage(Context& cx, base::JsonWriter& json, const fleet::Coverage& coverage) {
  json.key("coverage").beginObject().key("fleet");
  writeClass(json, coverage.total());
  json.key("classes").beginObject();
  for (const auto& [name, one] : coverage.classes()) {
    json.key(name);
    writeClass(json, one);
  }
  json.endObject().key("modules").beginArray();
  for (const auto& module : coverage.worst()) {
    json.beginObject().member("file", module.file).member("class", module.klass);
    writeCounts(json, module.counts);
    json.endObject();
  }
  json.endArray().key("opaque").beginArray();
  for (const auto& part : coverage.opaque()) {
    json.beginObject().member("kind", fleet::opaqueName(part.what)).member("class", part.klass);
    json.member("file", part.file).member("reason", part.reason);
    json.key("hosts").unsignedInteger(part.hosts).key("place");
    cx.writePlace(json, part.place);
    json.endObject();
  }
  json.endArray().endObject();
}

}  // namespace fleetd::cli
