// `fleetd deploy`: build, and bring hosts to what was built.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/cli/deploying.hpp"
#include "kernel/cli/mac_wanted.hpp"
#include "kernel/cli/machine_keys.hpp"
#include "kernel/cli/other_tools.hpp"
#include "kernel/cli/vars_verbs.hpp"
#include "kernel/fleet/instances.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

bool isNamed(const std::vector<std::string>& names, const fleet::Host& host) {
  return std::find(names.begin(), names.end(), host.name) != names.end();
}

// A network that others are reached through is changed when nobody needs it any more.
bool carriesOthers(Context& cx, const fleet::Host& host) {
  const auto& instances = cx.workspace().services().inventory().instances;
  return std::any_of(instances.begin(), instances.end(), [&](const fleet::ServiceInstance& instance) {
    const auto role = instance.roles.find("controller");
    return role != instance.roles.end() && role->second.machines.contains(host.name);
  });
}

// Those of an option that says when a host is deployed to. One that is not deployed to would be waited for in vain: a
// canary that protects nobody.
Result<std::vector<std::string>> hostsOf(Context& cx, const Operation& operation, std::string_view option) {
  auto names = cx.args.values(option);
  for (const std::string& name : names) {
    if (auto host = cx.workspace().fleet().findHost(name); !host) return host.error();
    if (std::none_of(operation.meant.begin(), operation.meant.end(),
                     [&](const Meant& one) { return one.host->name == name; }))
      return Error{Code::FL0903,
                   fmt::format("{} {}: the host is not among those that are deployed to", option, shownWord(name)),
                   "name it, too",
                   {}};
  }
  return names;
}

Result<std::vector<deploy::Built>> pathsFor(Context& cx, Operation& operation) {
  if (!cx.args.has("--store-path")) {
    FLEETD_TRY(renderFor(cx, operation));
    BuildReport report(cx, BuildReport::Form::People, operation.meant.size());
    return buildFor(cx, operation, report);
  }
  const std::string path(cx.args.value("--store-path"));
  if (operation.meant.size() != 1) return Error{Code::FL0903, "--store-path is for one host", "name the host", {}};
  return std::vector<deploy::Built>{{path, false}};
}

// Hosts with an address; what is wrong with the others goes to the context.
bool addressed(Context& cx, const Operation& operation) {
  bool all = true;
  for (const Meant& one : operation.meant) {
    if (*one.reach) continue;
    Diagnostic d = Diagnostic::from(one.reach->error());
    d.host = one.host->name;
    cx.diagnostics.add(std::move(d));
    all = false;
  }
  return all;
}

}  // namespace

int runDeploy(Context& cx) {
  if (cx.args.value("--goal") == "upload-keys") return uploadKeys(cx);
  auto settings = deploySettings(cx);
  if (!settings) return cx.fail(settings.error());
  StopOnInterrupt interrupts;
  auto operation = beginOperation(cx, Reaching::Yes);
  if (!operation) return cx.fail(operation.error());
  if (!addressed(cx, *operation)) return worse(cx.finish(), kFindings);
  // Before anything is built. What only the hosts know they are asked behind that.
  for (const Meant& one : operation->meant)
    if (auto able = wayBackOf(cx, *one.host, *settings); !able) return cx.fail(able.error());
  const auto declared = render::readLists(cx.workspace().fleet(), "healthChecks", Code::FL0847, cx.diagnostics);
  if (cx.diagnostics.hasErrors()) return cx.finish();
  std::vector<std::vector<deploy::HealthCheck>> health;
  for (const Meant& one : operation->meant) {
    auto checks = healthChecksOf(*one.host, *settings, declared);
    if (!checks) return cx.fail(checks.error());
    health.push_back(*std::move(checks));
  }
  const auto canaries = hostsOf(cx, *operation, "--canary");
  if (!canaries) return cx.fail(canaries.error());
  const auto last = hostsOf(cx, *operation, "--last");
  if (!last) return cx.fail(last.error());
  deploy::Ssh& ssh = *operation->ssh;
  operation->revision = std::async(std::launch::async, revisionOf, cx.root());
  const auto built = pathsFor(cx, *operation);
  if (!built) return cx.fail(built.error());
  const bool all = std::all_of(built->begin(), built->end(), [](const auto& one) { return !one.path.empty(); });
  // A fleet is moved together: with --keep-going those that could be built go on alone.
  if (!all && !cx.args.has("--keep-going")) return cx.finish();
  std::vector<deploy::Target> targets;
  std::vector<const Meant*> meant;
  for (std::size_t i = 0; i < built->size(); ++i) {
    if ((*built)[i].path.empty()) continue;
    const Meant& one = operation->meant[i];
    const bool canary = isNamed(*canaries, *one.host);
    targets.push_back({one.host->klass,
                       one.host->name,
                       (**one.reach).address,
                       (*built)[i].path,
                       0,
                       keyOf(cx, *one.host),
                       canary,
                       !canary && (isNamed(*last, *one.host) || carriesOthers(cx, *one.host)),
                       health[i],
                       {}});
    auto keys = colmenaKeysOf(cx, *one.host, Telling::Yes);
    if (!keys) return cx.fail(keys.error());
    targets.back().keys = *std::move(keys);
    if (one.host->klass == "darwin") {
      auto mac = macWanted(cx, *one.host);
      if (!mac) return cx.fail(mac.error());
      targets.back().mac = *std::move(mac);
    }
    meant.push_back(&one);
  }
  auto values = valuesFor(cx, ssh, meant, settings->activation);
  if (!values) return cx.fail(values.error());
  for (std::size_t i = 0; i < targets.size(); ++i) targets[i].bringValues = std::move((*values)[i]);
  return deployTargets(cx, *operation, interrupts, ssh, targets, meant, *settings);
}

}  // namespace fleetd::cli
