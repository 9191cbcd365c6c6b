// `fleetd check`: the whole fleet composed, a table of its hosts, and everything that is wrong with it.
#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "kernel/base/clock.hpp"
#include "kernel/base/diagnostic_order.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/coverage.hpp"
#include "kernel/cli/first_run.hpp"
#include "kernel/cli/kept_secrets.hpp"
#include "kernel/cli/locate.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/cli/vars_store.hpp"
#include "kernel/cli/watch.hpp"
#include "kernel/deploy/address.hpp"
#include "kernel/fleet/configuration.hpp"
#include "kernel/fleet/inventory_check.hpp"
#include "kernel/render/git_files.hpp"
#include "kernel/render/views.hpp"

namespace fleetd::cli {

namespace {

struct Checked {
  const fleet::Host* host;
  fleet::Counts counts;
  std::vector<std::string> homes;
};

struct Findings {
  std::size_t errors = 0;
  std::size_t warnings = 0;
  std::size_t notes = 0;
};

struct Report {
  fleet::Fleet& fleet;
  std::vector<Checked> hosts;
  std::vector<fleet::Stage> stages;
  Findings findings;
  std::optional<fleet::Coverage> coverage;  // when it was asked for
};

// As printed: for people what several hosts report alike counts once, for programs each line.
Findings countFindings(const Context& cx) {
  Findings out;
  auto found = cx.diagnostics.sorted();
  if (!cx.json()) found = base::oncePerFinding(std::move(found));
  for (const base::Diagnostic& diagnostic : found) {
    switch (diagnostic.severity) {
      case base::Severity::Error: ++out.errors; break;
      case base::Severity::Warning: ++out.warnings; break;
      case base::Severity::Note: ++out.notes; break;
    }
  }
  return out;
}

void writeNames(base::JsonWriter& json, std::string_view key, const std::vector<std::string>& names) {
  json.key(key).beginArray();
  for (const std::string& name : names) json.string(name);
  json.endArray();
}

void writeCount(base::JsonWriter& json, std::string_view key, std::size_t count) {
  json.key(key).unsignedInteger(count);
}

void writeHost(Context& cx, base::JsonWriter& json, const Checked& checked) {
  const fleet::Host& host = *checked.host;
  json.beginObject().member("name", host.name).member("class", host.klass).member("system", host.system);
  json.member("origin", host.origin).key("place");
  cx.writePlace(json, host.place);
  writeNames(json, "tags", host.tags);
  writeNames(json, "aggregates", host.aggregates);
  writeNames(json, "plugins", host.plugins);
  writeNames(json, "homes", checked.homes);
  const fleet::Counts& counts = checked.counts;
  writeCount(json, "options", counts.options);
  writeCount(json, "definitions", counts.definitions);
  writeCount(json, "known", counts.known);
  writeCount(json, "assumed", counts.assumed);
  writeCount(json, "unknown", counts.unknown);
  writeCount(json, "opaque", counts.opaque);
  writeCount(json, "problems", counts.problems);
  json.endObject();
}

void writeAggregates(Context& cx, base::JsonWriter& json, fleet::Fleet& fleet) {
  json.key("aggregates").beginArray();
  for (const fleet::Aggregate& aggregate : fleet.aggregates()) {
    json.beginObject().member("class", aggregate.klass).member("name", aggregate.name);
    writeCount(json, "contributions", aggregate.contributions);
    writeCount(json, "hosts", aggregate.hosts);
    json.key("place");
    cx.writePlace(json, aggregate.place);
    json.endObject();
  }
  json.endArray();
}

void writeReport(Context& cx, const Report& report) {
  base::JsonWriter json(cx.out.data(), 2);
  json.beginObject().member("fleet", report.fleet.name()).member("root", report.fleet.root());
  json.member("kind", fleet::kindName(report.fleet.kind()));
  writeCount(json, "files", report.fleet.filesRead().size());
  json.key("hosts").beginArray();
  for (const Checked& checked : report.hosts) writeHost(cx, json, checked);
  json.endArray();
  writeAggregates(cx, json, report.fleet);
  json.key("findings").beginObject();
  writeCount(json, "errors", report.findings.errors);
  writeCount(json, "warnings", report.findings.warnings);
  writeCount(json, "notes", report.findings.notes);
  json.endObject();
  json.key("stages").beginArray();
  for (const fleet::Stage& stage : report.stages)
    json.beginObject().member("name", stage.name).key("nanoseconds").unsignedInteger(stage.nanoseconds).endObject();
  json.endArray();
  if (report.coverage) writeCoverage(cx, json, *report.coverage);
  json.endObject();
  cx.out.write("\n");
}

std::string joined(const std::vector<std::string>& names) { return base::join(names, " "); }

void printTable(Context& cx, const Report& report) {
  TextTable table({{"HOST", false, 0, 0},
                   {"CLASS", false, 0, 4},
                   {"SYSTEM", false, 0, 5},
                   {"TAGS", false, 8, 7},
                   {"AGGREGATES", false, 10, 8},
                   {"PLUGINS", false, 8, 6},
                   {"DEFINITIONS", true, 0, 3},
                   {"UNKNOWN", true, 0, 2},
                   {"PROBLEMS", true, 0, 0}});
  for (const Checked& checked : report.hosts) {
    const fleet::Host& host = *checked.host;
    const bool bad = checked.counts.problems > 0;
    table.add({{host.name, bad ? kRed : kGreen},
               {host.klass},
               {host.system},
               {joined(host.tags), kDim},
               {joined(host.aggregates)},
               {joined(host.plugins), kDim},
               {fmt::format("{}", checked.counts.definitions)},
               {fmt::format("{}", checked.counts.unknown), checked.counts.unknown > 0 ? kCyan : Style{}},
               {fmt::format("{}", checked.counts.problems), bad ? kRed : Style{}}});
  }
  cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

void printSummary(Context& cx, const Report& report) {
  const auto [errors, warnings, notes] = report.findings;
  std::size_t definitions = 0;
  for (const Checked& checked : report.hosts) definitions += checked.counts.definitions;
  std::string text = fmt::format("{}, {}, {}", counted(report.hosts.size(), "host"),
                                 counted(report.fleet.filesRead().size(), "file"), counted(definitions, "definition"));
  text += ": ";
  text += errors == 0 ? cx.out.styled(kGreen, "no errors") : cx.out.styled(kRed, counted(errors, "error"));
  if (warnings > 0) text += ", " + cx.out.styled(kYellow, counted(warnings, "warning"));
  if (notes > 0) text += fmt::format(", {}{}", counted(notes, "note"), cx.verbose() ? "" : " (shown with -v)");
  cx.out.write(text + "\n");
}

// What a clean check does not say, as long as nobody has listed the options of the platforms.
void printUnlisted(Context& cx, const Report& report) {
  if (report.fleet.kind() == fleet::Kind::FleetJson) return;  // declares all of its options itself
  std::vector<std::string> classes;
  for (const std::string_view klass : fleet::kSchemaClasses) {
    const bool used = std::any_of(report.hosts.begin(), report.hosts.end(),
                                  [&](const Checked& one) { return one.host->klass == klass; });
    base::Diagnostics told;  // by composing
    if (used && !cx.schemas().of(klass, told)) classes.emplace_back(klass);
  }
  if (classes.empty()) return;
  cx.out.write(cx.out.styled(
      kDim, fmt::format("not checked: whether options of {} exist, and their types; `fleetd schema sync` lists them\n",
                        base::join(classes, ", "))));
}

// Hosts of which `fleetd vars generate` has not made everything.
std::size_t hostsWithoutValues(const Context& cx) {
  const auto found = cx.diagnostics.sorted();
  return static_cast<std::size_t>(std::count_if(
      found.begin(), found.end(), [](const base::Diagnostic& d) { return d.code == base::Code::FL0634; }));
}

void printUngenerated(Context& cx, std::size_t hosts) {
  if (hosts == 0) return;
  cx.out.write(cx.out.styled(kDim, fmt::format("not generated yet: values of {}; `fleetd vars generate` makes them{}\n",
                                               counted(hosts, "host"), cx.verbose() ? "" : ", -v names them")));
}

void tellFirstRun(Context& cx, const Report& report) {
  std::size_t definitions = 0, unknown = 0;
  for (const Checked& checked : report.hosts) {
    definitions += checked.counts.definitions;
    unknown += checked.counts.unknown;
  }
  printFirstRun(cx, report.fleet, {definitions, unknown, report.findings.errors > 0, hostsWithoutValues(cx) > 0});
}

void printTiming(Context& cx, const Report& report) {
  TextTable table({{"STAGE"}, {"TIME", true}});
  for (const fleet::Stage& stage : report.stages)
    table.add({{stage.name}, {fmt::format("{:.3f} ms", static_cast<double>(stage.nanoseconds) / 1e6)}});
  cx.out.write("\n" + table.text(cx.out.dataWidth(), cx.out.colorData()));
}

// Aggregates that no host imports. One that hosts of another class import is meant for both, and none of this class
// needs it now.
void reportUnusedAggregates(Context& cx, fleet::Fleet& fleet) {
  if (cx.workspace().silence().contains(base::Code::FL0506)) return;
  std::set<std::string_view> used;
  for (const fleet::Aggregate& aggregate : fleet.aggregates())
    if (aggregate.hosts > 0) used.insert(aggregate.name);
  for (const fleet::Aggregate& aggregate : fleet.aggregates()) {
    if (used.contains(aggregate.name) || aggregate.contributions == 0) continue;
    base::Diagnostic d;
    d.code = base::Code::FL0506;
    d.severity = base::info(d.code).severity;
    d.message = fmt::format("no host imports the aggregate `{}` of class {}", aggregate.name, aggregate.klass);
    d.span = aggregate.place;
    cx.diagnostics.add(std::move(d));
  }
}

// Composes the hosts. For coverage each is composed by itself, because shared work keeps no definitions.
void composeHosts(Context& cx, const std::vector<const fleet::Host*>& hosts, Report& report) {
  const auto take = [&](std::size_t i, fleet::ComposedHost& composed) {
    cx.progress("composing", i, hosts.size(), hosts[i]->name);
    report.hosts.push_back({hosts[i], composed.counts(), composed.homes()});
    return true;
  };
  if (!cx.args.has("--coverage")) return cx.composeTogether(hosts, false, take);
  report.coverage.emplace();
  const auto& plugins = cx.workspace().plugins().files();
  const bool forgotten = std::all_of(plugins.begin(), plugins.end(), [](const auto& file) { return file.bundled; });
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    // Where plugins may keep secrets, hosts are composed once more and must last.
    std::optional<fleet::Fleet::ForTheMoment> moment;
    if (forgotten) moment.emplace(report.fleet);
    const auto composed = cx.compose(*hosts[i]);
    take(i, *composed);
    report.coverage->add(static_cast<fleet::HostConfiguration&>(*composed).evaluation(), hosts[i]->klass);
  }
}

// Secrets that plugins keep and nothing would bring to their machine. No plugin of fleetd's own keeps any, so without
// others there is nothing to look for.
void checkKeptSecrets(Context& cx, const std::vector<const fleet::Host*>& hosts) {
  render::Workspace& workspace = cx.workspace();
  const auto& plugins = workspace.plugins().files();
  if (std::all_of(plugins.begin(), plugins.end(), [](const auto& file) { return file.bundled; })) return;
  const auto tell = [&](const KeptFile& file, base::Code code, std::string message, std::string hint) {
    base::Diagnostic d;
    d.code = code;
    d.message = std::move(message);
    d.notes.push_back(std::move(hint));
    d.host = file.machine;
    cx.diagnostics.add(std::move(d));
  };
  for (const fleet::Host* host : hosts) {
    if (host->klass == "home") continue;
    base::Diagnostics unheard;  // what is wrong with it was said
    const auto composed = workspace.compose(*host, unheard);
    auto generators =
        render::everythingBelow(workspace.fleet().evaluator(), *composed, {"clan", "core", "vars", "generators"});
    if (generators.isNil()) continue;
    const sdk::Attrs declared{{"machines", sdk::Attrs{{host->name, std::move(generators)}}}};
    const auto kept = keptFiles(declared, [](const KeptFile& file) { return file.deploy; });
    if (kept.empty()) continue;
    const std::string own = storeNameOf(workspace, *host);
    // A machine that gets values gets them for every phase.
    const bool getsValues = own == "password-store", brought = getsValues || own == "sops" || own == "age";
    for (const auto& [store, files] : kept) {
      for (const KeptFile& file : files) {
        if (!brought)
          tell(
              file, base::Code::FL0895,
              fmt::format("{} of {} is kept by plugin `{}`, and the machine has the store {}", file.id(), file.machine,
                          store, own),
              "set clan.core.vars.settings.secretStore to sops, age or password-store, or deploy = false for the file");
        else if (!getsValues && file.neededFor != "activation" && file.neededFor != "partitioning")
          tell(file, base::Code::FL0894,
               fmt::format(
                   "{} of {} is neededFor {}, and what a plugin keeps is brought by an upload or an installation",
                   file.id(), file.machine, file.neededFor),
               "say neededFor = \"activation\", which it is without a word");
      }
    }
  }
}

// Once, with what was found.
int checkOnce(Context& cx) {
  const base::Stopwatch whole;
  const auto root = locateFleet(cx.args.value("--fleet"), cx.args.has("--fleet"));
  std::optional<render::GitFiles> git;
  if (root) git.emplace(*root);
  auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  const auto hosts = cx.selectHosts(cx.args.positionals);
  if (!hosts) return cx.fail(hosts.error());
  Report report{**fleet, {}, {}, {}, {}};
  if (git) git->wait();  // workers must not hold its pipe
  const base::Stopwatch composing;
  composeHosts(cx, *hosts, report);
  if (cx.args.positionals.empty() && !report.hosts.empty()) reportUnusedAggregates(cx, **fleet);
  const auto composeTime = composing.elapsed();
  const base::Stopwatch checking;
  cx.checkPlugins();
  fleet::checkInventory(
      **fleet, cx.workspace().services().inventory(),
      [](const std::string& text) -> Result<void> {
        const auto address = deploy::parseAddress(text);
        return address ? Result<void>() : address.error();
      },
      cx.diagnostics);
  checkKeptSecrets(cx, *hosts);
  if (git) render::tellUntracked(**fleet, *git, cx.workspace().silence(), cx.diagnostics);
  report.stages = report.fleet.stages();
  report.stages.push_back({"compose", static_cast<std::uint64_t>(composeTime.count())});
  report.stages.push_back({"check", static_cast<std::uint64_t>(checking.elapsed().count())});
  report.stages.push_back({"total", static_cast<std::uint64_t>(whole.elapsed().count())});
  report.findings = countFindings(cx);
  if (cx.json()) {
    writeReport(cx, report);
    return cx.finish();
  }
  if (!cx.quiet() && !report.hosts.empty()) {
    printTable(cx, report);
    cx.out.write("\n");
    if (report.coverage) printCoverage(cx, *report.coverage);
  }
  const int code = cx.finish();
  if (!cx.quiet()) {
    printSummary(cx, report);
    printUngenerated(cx, hostsWithoutValues(cx));
    printUnlisted(cx, report);
    cx.out.drain();
    if (cx.args.positionals.empty() && !cx.args.has("--watch")) tellFirstRun(cx, report);
  }
  if (cx.args.has("--timing")) printTiming(cx, report);
  return code;
}

}  // namespace

int runCheck(Context& cx) { return cx.args.has("--watch") ? watchFleet(cx, checkOnce) : checkOnce(cx); }

}  // namespace fleetd::cli
