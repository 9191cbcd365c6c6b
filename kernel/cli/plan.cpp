// `fleetd plan` and `fleetd diff`: what the fleet changes about hosts, without asking them.
#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/built_change.hpp"
#include "kernel/cli/deploying.hpp"
#include "kernel/cli/not_taken_back.hpp"
#include "kernel/cli/operations.hpp"
#include "kernel/cli/option_changes.hpp"
#include "kernel/cli/secret_lines.hpp"
#include "kernel/cli/service_lines.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/state/directory.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

struct Compared {
  const Meant* meant = nullptr;
  std::optional<state::Outcome> last;
  std::vector<OptionChange> changes;
  std::vector<ServiceChange> services;
  std::vector<std::string> secrets;  // files of generated values that changed
  std::vector<std::string> stays;    // of a Mac, when it returns to what it ran before
  std::optional<BuiltChange> built;  // with --closures, when both systems are in the store
  std::string notBuilt;              // else why not
};

std::string shown(std::string_view value) { return shorten(base::sanitize(value), 100); }

void printChanges(Context& cx, const std::vector<OptionChange>& changes) {
  for (const OptionChange& one : changes) {
    if (one.before.empty())
      cx.out.write(fmt::format("  {} {} = {}\n", cx.out.styled(kGreen, "+"), one.option, shown(one.after)));
    else if (one.after.empty())
      cx.out.write(fmt::format("  {} {} = {}\n", cx.out.styled(kRed, "-"), one.option, shown(one.before)));
    else
      cx.out.write(fmt::format("  {} {} = {} → {}\n", cx.out.styled(kYellow, "~"), one.option, shown(one.before),
                               shown(one.after)));
  }
}

void writeChanges(base::JsonWriter& json, const std::vector<OptionChange>& changes) {
  json.beginArray();
  for (const OptionChange& one : changes) {
    json.beginObject().member("option", one.option).key("before");
    one.before.empty() ? json.null() : json.string(one.before);
    json.key("after");
    one.after.empty() ? json.null() : json.string(one.after);
    json.endObject();
  }
  json.endArray();
}

void printServices(Context& cx, const std::vector<ServiceChange>& services) {
  using What = ServiceChange::What;
  for (const ServiceChange& one : services) {
    const std::string sign = one.what == What::Comes  ? cx.out.styled(kGreen, "+")
                             : one.what == What::Goes ? cx.out.styled(kRed, "-")
                                                      : cx.out.styled(kYellow, "~");
    cx.out.write(fmt::format("  {} service {}: {}{}{}\n", sign, base::sanitize(one.instance), base::sanitize(one.role),
                             one.service == one.instance ? "" : fmt::format(" of {}", base::sanitize(one.service)),
                             one.what == What::Changes ? ", settings changed" : ""));
  }
}

void writeServices(base::JsonWriter& json, const std::vector<ServiceChange>& services) {
  json.key("services").beginArray();
  for (const ServiceChange& one : services)
    json.beginObject()
        .member("instance", one.instance)
        .member("service", one.service)
        .member("role", one.role)
        .member("change", serviceChangeName(one.what))
        .endObject();
  json.endArray();
}

void print(Context& cx, const std::vector<Compared>& all) {
  for (const Compared& one : all) {
    const fleet::Host& host = *one.meant->host;
    const std::string name = cx.out.styled(kBold, host.name);
    if (!one.last)
      cx.out.write(fmt::format("{}: never deployed from this machine\n", name));
    else if (one.changes.empty())
      cx.out.write(fmt::format("{}: no option changes since deployment {} ({})\n", name, one.last->deployment,
                               timeText(one.last->at)));
    else
      cx.out.write(fmt::format("{}: {} option{} changed since deployment {} ({})\n", name, one.changes.size(),
                               one.changes.size() == 1 ? "" : "s", one.last->deployment, timeText(one.last->at)));
    printChanges(cx, one.changes);
    printServices(cx, one.services);
    if (!one.secrets.empty()) cx.out.write(fmt::format("  secrets changed: {}\n", base::join(one.secrets, " ")));
    if (!one.stays.empty()) cx.out.write(fmt::format("  a way back does not undo {}\n", base::join(one.stays, ", ")));
    if (one.built) printBuiltChange(cx, *one.built);
    if (!one.notBuilt.empty()) cx.out.write(fmt::format("  closure: {}\n", one.notBuilt));
  }
}

void write(Context& cx, const std::vector<Compared>& all) {
  base::JsonWriter json(cx.out.data(), 2);
  json.beginArray();
  for (const Compared& one : all) {
    json.beginObject().member("host", one.meant->host->name).member("class", one.meant->host->klass).key("deployment");
    one.last ? json.integer(one.last->deployment) : json.null();
    json.key("system");
    one.last ? json.string(one.last->system) : json.null();
    json.key("changes");
    writeChanges(json, one.changes);
    writeServices(json, one.services);
    json.key("secrets").beginArray();
    for (const auto& file : one.secrets) json.string(file);
    json.endArray().key("notTakenBack").beginArray();
    for (const auto& option : one.stays) json.string(option);
    json.endArray();
    if (cx.args.has("--closures")) {
      json.key("closure");
      one.built ? writeBuiltChange(json, *one.built) : static_cast<void>(json.null());
    }
    json.endObject();
  }
  json.endArray();
  cx.out.write("\n");
}

// Systems that are built already; nothing is built for this.
Result<void> addClosures(Context& cx, Operation& operation, std::vector<Compared>& all) {
  FLEETD_TRY(renderFor(cx, operation));
  FLEETD_TRY_ASSIGN(auto fingerprints, deploy::Fingerprints::read(operation.nix, &cx.workspace().fleet()));
  for (Compared& one : all) {
    const fleet::Host& host = *one.meant->host;
    const std::string now =
        deploy::rememberedSystem(*operation.state, host, fingerprints.of(host, one.meant->directory));
    if (!one.last)
      one.notBuilt = "nothing to compare with";
    else if (now.empty())
      one.notBuilt = "not built yet: `fleetd build` first";
    else if (base::fileType(one.last->system) == base::FileType::Missing)
      one.notBuilt = "what was deployed is not in the store any more";
    else {
      FLEETD_TRY_ASSIGN(one.built, builtChange(one.last->system, now));
    }
  }
  return {};
}

}  // namespace

int runPlan(Context& cx) {
  const auto settings = deploySettings(cx);
  if (!settings) return cx.fail(settings.error());
  auto operation = beginOperation(cx, Reaching::No);
  if (!operation) return cx.fail(operation.error());
  cx.checkPlugins();
  std::vector<Compared> all;
  for (const Meant& one : operation->meant) {
    auto last = operation->state->lastDeployed(one.host->klass, one.host->name);
    if (!last) return cx.fail(last.error());
    Compared compared{&one, *std::move(last), {}, {}, {}, {}, {}, {}};
    if (compared.last) compared.changes = optionChanges(compared.last->options, one.options);
    compared.services = takeServiceChanges(compared.changes);
    compared.secrets = takeSecretChanges(compared.changes);
    if (compared.last) warnOfDisks(cx, *one.host, compared.last->options, one.options);
    if (one.host->klass == "darwin")
      compared.stays = notTakenBack(compared.last ? compared.last->options : std::string(), one.options);
    if (cx.args.has("--goal"))
      if (auto able = wayBackOf(cx, *one.host, *settings); !able) {
        Diagnostic d = Diagnostic::from(able.error());
        d.host = one.host->name;
        cx.diagnostics.add(std::move(d));
      }
    all.push_back(std::move(compared));
  }
  if (cx.args.has("--closures"))
    if (auto added = addClosures(cx, *operation, all); !added) return cx.fail(added.error());
  cx.json() ? write(cx, all) : print(cx, all);
  return cx.finish();
}

int runDiff(Context& cx) {
  const std::string name(cx.args.positional(0)), number(cx.args.positional(1));
  auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  auto host = (*fleet)->findHost(name);
  if (!host) return cx.fail(host.error());
  auto directory = state::stateDirectory((*fleet)->name());
  if (!directory) return cx.fail(directory.error());
  auto state = state::State::open(*directory);
  if (!state) return cx.fail(state.error());
  std::optional<state::Outcome> earlier;
  if (number.empty()) {
    auto last = state->lastDeployed((*host)->klass, (*host)->name);
    if (!last) return cx.fail(last.error());
    earlier = *std::move(last);
  } else {
    const auto id = base::parseInt(number);
    if (!id)
      return cx.fail({Code::FL0903,
                      fmt::format("`{}` is no number of a deployment", shownWord(number)),
                      "`fleetd history` lists the deployments",
                      {}});
    auto outcomes = state->outcomes(*id);
    if (!outcomes) return cx.fail(outcomes.error());
    for (auto& one : *outcomes)
      if (one.klass == (*host)->klass && one.host == (*host)->name) earlier = std::move(one);
  }
  if (!earlier)
    return cx.fail({Code::FL0826,
                    number.empty() ? fmt::format("{} was never deployed from this machine", (*host)->name)
                                   : fmt::format("deployment {} has nothing of {}", shownWord(number), (*host)->name),
                    "`fleetd history` lists the deployments",
                    {}});
  const auto composed = cx.compose(**host);
  auto now = composed->text("", false);
  if (!now) return cx.fail(now.error());
  auto changes = optionChanges(earlier->options, *now);
  static_cast<void>(takeServiceChanges(changes));
  static_cast<void>(takeSecretChanges(changes));
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    writeChanges(json, changes);
    cx.out.write("\n");
  } else {
    printChanges(cx, changes);
  }
  return cx.finish();
}

}  // namespace fleetd::cli
