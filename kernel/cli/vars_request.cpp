// Talking to the plugin that keeps generated values. Values themselves never pass through here.
#include "kernel/cli/vars_request.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/cli/git_commit.hpp"
#include "kernel/cli/json_schema.hpp"
#include "kernel/cli/vars_store.hpp"
#include "kernel/render/views.hpp"

namespace fleetd::cli {

using plugin::PluginValue;

std::string textOf(const PluginValue& set, std::string_view name) {
  const PluginValue* value = set.find(name);
  const auto* text = value ? value->get<std::string>() : nullptr;
  return text ? *text : std::string();
}
const sdk::List& listOf(const PluginValue& set, std::string_view name) {
  static const sdk::List kNone;
  const PluginValue* value = set.find(name);
  const auto* list = value ? value->get<sdk::List>() : nullptr;
  return list ? *list : kNone;
}
bool flagOf(const PluginValue& set, std::string_view name) {
  const PluginValue* value = set.find(name);
  const bool* flag = value ? value->get<bool>() : nullptr;
  return flag && *flag;
}

sdk::List textList(const std::vector<std::string>& names) {
  sdk::List out;
  for (const auto& name : names) out.push_back(name);
  return out;
}

namespace {

// Whether everything that a host may declare is known. Modules that could not be read, errors, and services that are
// left to Nix may hide generators.
bool isComplete(render::Workspace& workspace, const fleet::Host& host, const fleet::ComposedHost& composed) {
  if (composed.counts().opaque > 0 || composed.counts().problems > 0) return false;
  const auto& services = workspace.services();
  const auto& instances = services.inventory().instances;
  return std::none_of(instances.begin(), instances.end(), [&](const fleet::ServiceInstance& instance) {
    if (instance.own || services.implements(instance.service)) return false;
    return std::any_of(instance.roles.begin(), instance.roles.end(),
                       [&](const auto& role) { return role.second.machines.contains(host.name); });
  });
}

}  // namespace

void addDeclarations(Context& cx, render::Workspace& workspace, sdk::Attrs& request) {
  sdk::Attrs machines;
  StoreSettings store(workspace);
  sdk::Attrs groups;
  fleet::Fleet& fleet = workspace.fleet();
  std::vector<std::string> incomplete;
  std::size_t index = 0;
  for (const fleet::Host& host : fleet.hosts()) {
    cx.progress("composing", index++, fleet.hosts().size(), host.name);
    if (host.klass == "home") continue;
    // Its memory serves the next one. Others get modules while they are composed, which have to outlive that.
    std::optional<fleet::Fleet::ForTheMoment> moment;
    if (host.origin == "clan") moment.emplace(fleet);
    // What is wrong with a host is for `fleetd check`; its values can be looked after all the same.
    Diagnostics unheard;
    // clan-core is there already, and plugins are not to check anything.
    const auto composed = host.origin == "clan" ? fleet.compose(host, unheard) : workspace.compose(host, unheard);
    if (!isComplete(workspace, host, *composed)) incomplete.push_back(host.name);
    store.add(host, *composed);
    auto generators = render::everythingBelow(fleet.evaluator(), *composed, {"clan", "core", "vars", "generators"});
    if (!generators.isNil()) machines.set(host.name, std::move(generators));
    const auto own = render::everythingBelow(fleet.evaluator(), *composed, {"clan", "core", "sops", "defaultGroups"});
    if (const auto* list = own.get<sdk::List>(); list && !list->empty()) groups.set(host.name, *list);
  }
  cx.out.message("");  // the plugin may ask something, and no line of progress is to stand in front of it
  sdk::Attrs exports;
  for (const auto& [scope, interfaces] : workspace.services().exports())
    if (const auto generators = interfaces.find("generators"); generators != interfaces.end())
      exports.set(scope, generators->second);
  request.set("exports", std::move(exports));
  request.set("store", store.value());
  request.set("incomplete", textList(incomplete));
  request.set("machines", std::move(machines));
  request.set("machineGroups", std::move(groups));
}

namespace {

// What is written is whole all the same, and the next run tries again.
void notCommitted(Context& cx, const Error& error, bool isAllThereIs) {
  Diagnostic d = Diagnostic::from(error);
  // Whoever only asked for something has it.
  if (isAllThereIs) {
    d.code = base::Code::FL0744;
    d.severity = base::Severity::Warning;
  }
  if (!d.notes.empty() && d.notes.back().empty()) d.notes.pop_back();
  d.notes.push_back("the next command about variables or secrets commits it; with --no-commit it leaves git alone");
  cx.diagnostics.add(std::move(d));
}

}  // namespace

void commitAnswer(Context& cx, const PluginValue& answer) {
  const auto& commits = listOf(answer, "commits");
  if (commits.empty()) return;
  const bool resumed = answer.find("resumed") != nullptr, commit = !cx.args.has("--no-commit");
  bool committed = true;
  for (const auto& one : commits) {
    std::vector<std::string> files;
    for (const auto& file : listOf(one, "files"))
      if (const auto* name = file.get<std::string>()) files.push_back(*name);
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    const auto done = gitCommit(cx.root(), files, textOf(one, "message"), commit);
    const bool isEarlier = resumed && &one == &commits.front();
    if (done && isEarlier)
      say(cx, fmt::format("an earlier run was cut off: what it changed is complete{}",
                          commit ? ", and committed now" : ""));
    if (done) continue;
    committed = false;
    notCommitted(cx, done.error(), isEarlier && commits.size() == 1);
    break;  // the next run commits the others with it
  }
  // Until here nobody else may write, and a later run would commit what this one could not.
  const auto ended = cx.workspace().plugins().request(
      "vars", PluginValue(sdk::Attrs{{"committed", committed}, {"fleet", cx.root()}, {"verb", "done"}}));
  if (!ended) cx.diagnostics.add(ended.error());
}

void reportAnswer(Context& cx, const PluginValue& answer, base::Code code) {
  for (const auto& problem : listOf(answer, "problems")) {
    Diagnostic d;
    d.code = code;
    d.message = textOf(problem, "message");
    if (const auto hint = textOf(problem, "hint"); !hint.empty()) d.notes.push_back(hint);
    cx.diagnostics.add(std::move(d));
  }
  for (const auto& line : listOf(answer, "lines"))
    if (const auto* text = line.get<std::string>()) say(cx, *text);
}

Result<void> allAreText(const Context& cx) {
  std::vector<std::string> words = cx.args.positionals;
  for (const auto& [name, values] : cx.args.options) words.insert(words.end(), values.begin(), values.end());
  words.push_back(cx.root());
  for (const auto& word : words) {
    if (base::invalidUtf8At(word))
      return Error{base::Code::FL0903, fmt::format("`{}` is not UTF-8", shownWord(word)), "write it as UTF-8", {}};
    if (std::any_of(word.begin(), word.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }))
      return Error{base::Code::FL0903, fmt::format("`{}` has control characters", shownWord(word)), "", {}};
  }
  return {};
}

void say(Context& cx, const std::string& line) {
  if (!cx.quiet() && !cx.json()) cx.out.message(base::sanitize(line) + "\n");
}

void printJson(Context& cx, const PluginValue& data) {
  if (!cx.json()) return;
  base::JsonWriter json(cx.out.data(), 2);
  writeJson(json, data);
  cx.out.write("\n");
}

Error asUsage(const Error& error, std::initializer_list<std::string_view> more) {
  const auto is = [&](std::string_view code) { return error.message.find(code) != std::string::npos; };
  const bool usage = is("[VARS80]") || is("[VARS85]") || is("[VARS86]") || std::any_of(more.begin(), more.end(), is);
  return usage ? Error{base::Code::FL0903, error.message, error.hint, {}} : error;
}

Result<void> encryptForReaders(Context& cx, render::Workspace& workspace) {
  sdk::Attrs request{{"fleet", cx.root()}, {"verb", "fix"}};
  for (const char* none : {"only", "generators"}) request.set(none, sdk::List());
  request.set("regenerate", false);
  request.set("fromTerminal", false);
  request.set("user", std::string("admin"));
  addDeclarations(cx, workspace, request);
  FLEETD_TRY_ASSIGN(const PluginValue answer, workspace.plugins().request("vars", PluginValue(std::move(request))));
  commitAnswer(cx, answer);
  for (const auto& problem : listOf(answer, "problems"))
    return Error{base::Code::FL0317, textOf(problem, "message"), textOf(problem, "hint"), {}};
  return {};
}

}  // namespace fleetd::cli
