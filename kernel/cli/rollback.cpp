// `fleetd rollback`: hosts return to an earlier generation.
#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/cli/deploying.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

// The generation asked for, or the one before the selected one.
Result<deploy::Generation> chosen(Context& cx, const std::string& host, const std::vector<deploy::Generation>& all) {
  if (cx.args.has("--generation")) {
    const unsigned number = numberOption(cx, "--generation", 0);
    for (const auto& one : all)
      if (one.number == static_cast<std::int64_t>(number)) return one;
    return Error{Code::FL0826,
                 fmt::format("{} has no generation {}", host, shownWord(cx.args.value("--generation"))),
                 fmt::format("`fleetd generations {}` lists them", host),
                 {}};
  }
  const deploy::Generation* before = nullptr;
  for (const auto& one : all) {
    if (one.selected && before) return *before;
    if (one.selected) break;
    before = &one;
  }
  return Error{Code::FL0826, fmt::format("{} has no generation before the present one", host), "", {}};
}

}  // namespace

int runRollback(Context& cx) {
  auto settings = deploySettings(cx);
  if (!settings) return cx.fail(settings.error());
  if (cx.args.positionals.empty() && !cx.args.has("--tag"))
    return cx.fail({Code::FL0903, "which hosts are to return?", "name them, or give --tag", {}});
  StopOnInterrupt interrupts;
  auto operation = beginOperation(cx, Reaching::Yes);
  if (!operation) return cx.fail(operation.error());
  deploy::Ssh& ssh = *operation->ssh;
  std::vector<deploy::Target> targets;
  std::vector<const Meant*> meant;
  std::vector<std::string> options;
  for (Meant& one : operation->meant) {
    if (!*one.reach) return cx.fail(one.reach->error());
    if (one.host->klass == "home")
      return cx.fail({Code::FL0823,
                      fmt::format("{} is a home, and these keep no generations to return to here", one.host->name),
                      "deploy an earlier commit",
                      {}});
    auto all = deploy::generations(ssh, (**one.reach).address, one.host->klass);
    if (!all) return cx.fail(all.error());
    auto generation = chosen(cx, one.host->name, *all);
    if (!generation) return cx.fail(generation.error());
    // What the fleet said of that system when it was deployed is what the host will have again.
    const auto then = operation->state->deployedAs(one.host->klass, one.host->name, generation->path);
    one.options = then && *then ? (*then)->options : std::string();
    targets.push_back({one.host->klass,
                       one.host->name,
                       (**one.reach).address,
                       generation->path,
                       generation->number,
                       nullptr,
                       false,
                       false,
                       {},
                       {}});
    meant.push_back(&one);
  }
  return deployTargets(cx, *operation, interrupts, ssh, targets, meant, *settings);
}

}  // namespace fleetd::cli
