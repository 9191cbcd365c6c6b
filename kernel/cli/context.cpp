// Context.
#include "kernel/cli/context.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/clock.hpp"
#include "kernel/base/diagnostic_order.hpp"
#include "kernel/base/diagnostic_print.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/locate.hpp"
#include "kernel/cli/open_plugins.hpp"
#include "kernel/process/crash.hpp"
#include "kernel/process/worker.hpp"

namespace fleetd::cli {

namespace {
constexpr std::int64_t kMoment = 300'000'000;        // nanoseconds before progress is shown
constexpr std::int64_t kProgressEvery = 50'000'000;  // and between two updates
}  // namespace

Context::Context(const Arguments& arguments, Output& output)
    : args(arguments),
      out(output),
      json_(arguments.has("--json")),
      verbose_(arguments.has("--verbose")),
      quiet_(arguments.has("--quiet")),
      started_(base::monotonicNanos()) {}

Result<fleet::Fleet*> Context::openFleet() {
  if (workspace_) return &workspace_->fleet();
  FLEETD_TRY_ASSIGN(jobs_, jobs());
  FLEETD_TRY_ASSIGN(root_, locateFleet(args.value("--fleet"), args.has("--fleet")));
  FLEETD_TRY_ASSIGN(plugin::Isolation isolation, pluginIsolation(*this));
  FLEETD_TRY_ASSIGN(auto overrides, inputOverrides());
  const process::Repeatable repeatable(isolation.who != plugin::Isolate::none);
  FLEETD_TRY_ASSIGN(workspace_, render::Workspace::open({root_, pluginPaths(root_), pluginLog(*this), pluginTrust(),
                                                         std::move(isolation), std::move(overrides)},
                                                        sources, symbols, diagnostics));
  schemas_ = std::make_unique<fleet::SchemaStore>(root_);
  workspace_->fleet().useSchemas(schemas_.get());
  return &workspace_->fleet();
}

Result<std::vector<fleet::InputOverride>> Context::inputOverrides() const {
  std::vector<fleet::InputOverride> given;
  for (const std::string& one : args.values("--override-input")) {
    const auto equals = one.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == one.size())
      return Error{
          base::Code::FL0903, fmt::format("--override-input takes NAME=REFERENCE, not `{}`", shownWord(one)), "", {}};
    given.push_back({one.substr(0, equals), one.substr(equals + 1)});
  }
  return given;
}

Result<unsigned> Context::jobs() const {
  if (!args.has("--jobs")) return process::processors();
  return static_cast<unsigned>(base::parseInt(args.value("--jobs")).value_or(1));
}

Result<std::vector<const fleet::Host*>> Context::selectHosts(const std::vector<std::string>& names) {
  FLEETD_TRY_ASSIGN(const fleet::Fleet* const fleet, openFleet());
  std::vector<const fleet::Host*> chosen;
  std::optional<Error> bad;
  for (const std::string& name : names) {
    auto host = fleet->findHost(name);
    if (host)
      chosen.push_back(*host);
    else if (!bad)
      bad = host.error();
    else
      diagnostics.add(host.error());
  }
  if (bad) return *std::move(bad);
  if (!names.empty()) {
    std::sort(chosen.begin(), chosen.end());  // they are elements of one vector, so this is their order in the fleet
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    return chosen;
  }
  for (const fleet::Host& host : fleet->hosts()) chosen.push_back(&host);
  return chosen;
}

std::unique_ptr<fleet::ComposedHost> Context::compose(const fleet::Host& host) {
  return workspace_->compose(host, diagnostics);
}

void Context::composeTogether(const std::vector<const fleet::Host*>& hosts, bool json,
                              const fleet::Fleet::TakeHost& take) {
  workspace_->composeTogether(hosts, {jobs_, json}, diagnostics, take);
}

void Context::checkPlugins() {
  const process::Repeatable repeatable;
  workspace_->check(diagnostics);
}

void Context::progress(std::string_view doing, std::size_t index, std::size_t count, std::string_view name) {
  if (quiet_ || json_) return;
  const std::int64_t now = base::monotonicNanos();
  if (now - started_ < kMoment || now - lastProgress_ < kProgressEvery) return;
  lastProgress_ = now;
  out.progress(fmt::format("{} {}/{} {}", doing, index + 1, count, name));
}

void Context::report() {
  base::PrintOptions options;
  options.color = out.colorMessages();
  options.width = std::min(out.messageWidth(), 160u);
  options.root = root_;
  std::string text;
  auto found = base::inSourceOrder(diagnostics.sorted(), sources);
  if (!json_) found = base::oncePerFinding(std::move(found));  // programs group as they like
  for (const base::Diagnostic& diagnostic : found) {
    if (json_) {
      text += base::diagnosticJson(diagnostic, sources);
      text += '\n';
      continue;
    }
    if (diagnostic.severity == base::Severity::Note && !verbose_) continue;
    if (diagnostic.severity == base::Severity::Warning && quiet_) continue;
    text += base::formatDiagnostic(diagnostic, sources, options);
  }
  if (!text.empty()) out.message(text);
}

int Context::finish() {
  if (workspace_) workspace_->plugins().tellEnds(diagnostics);
  report();
  if (!diagnostics.hasErrors()) return kOk;
  bool environment = true;  // whether nothing but the machine is to blame
  for (const base::Diagnostic& diagnostic : diagnostics.sorted()) {
    if (diagnostic.severity != base::Severity::Error) continue;
    if (diagnostic.code == base::Code::FL0001) return kInternal;
    environment = environment && exitCodeOf(diagnostic.code) == kEnvironment;
  }
  return environment ? kEnvironment : kFindings;
}

int Context::fail(const Error& error) {
  // What ends a command is often one of the findings already there, under the more general code.
  const auto known = diagnostics.sorted();
  const bool said =
      error.span && std::any_of(known.begin(), known.end(), [&](const base::Diagnostic& d) {
        return d.severity == base::Severity::Error && d.span.begin == error.span.begin && d.message == error.message;
      });
  if (!said) diagnostics.add(error);
  return worse(finish(), exitCodeOf(error.code));
}

void Context::writePlace(base::JsonWriter& json, base::Span place) const {
  const base::Location at = sources.locate(place.begin);
  if (!at.file) {
    json.null();
    return;
  }
  json.beginObject().member("file", at.file->name);
  json.key("line").integer(at.at.line).key("column").integer(at.at.column).endObject();
}

std::string Context::placeText(base::Span place) const {
  const base::Location at = sources.locate(place.begin);
  if (!at.file) return "";
  return base::sanitize(fmt::format("{}:{}:{}", base::shownPath(at.file->name, root_), at.at.line, at.at.column));
}

}  // namespace fleetd::cli
