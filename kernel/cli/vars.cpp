// `fleetd vars`: what machines declare goes to the plugin that keeps values, and what it did comes back. Values
// themselves never pass through here.
#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "kernel/base/terminal.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/git_commit.hpp"
#include "kernel/cli/json_schema.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/render/views.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using plugin::PluginValue;

constexpr std::string_view kVerbs[] = {"keygen", "list", "get", "set", "check", "fix", "generate"};

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

sdk::List texts(const std::vector<std::string>& names) {
  sdk::List out;
  for (const auto& name : names) out.push_back(name);
  return out;
}

// All machines: shared generators belong to several.
void addDeclarations(Context& cx, sdk::Attrs& request) {
  sdk::Attrs machines;
  std::vector<std::string> groups;
  fleet::Fleet& fleet = cx.workspace().fleet();
  std::size_t index = 0;
  for (const fleet::Host& host : fleet.hosts()) {
    cx.progress("composing", ++index, fleet.hosts().size(), host.name);
    if (host.klass == "home") continue;
    // What is wrong with a host is for `fleetd check`; its values can be looked after all the same.
    Diagnostics unheard;
    const auto composed = cx.workspace().compose(host, unheard);
    auto generators = render::everythingBelow(fleet.evaluator(), *composed, {"clan", "core", "vars", "generators"});
    if (!generators.isNil()) machines.set(host.name, std::move(generators));
    const auto own = render::everythingBelow(fleet.evaluator(), *composed, {"clan", "core", "sops", "defaultGroups"});
    if (const auto* list = own.get<sdk::List>())
      for (const auto& group : *list)
        if (const auto* name = group.get<std::string>();
            name && std::find(groups.begin(), groups.end(), *name) == groups.end())
          groups.push_back(*name);
  }
  request.set("machines", std::move(machines));
  request.set("groups", texts(groups));
}

Result<void> checkMachine(Context& cx, const std::string& name) {
  const auto host = cx.workspace().fleet().findHost(name);
  if (!host) return host.error();
  if ((*host)->klass == "home")
    return Error{Code::FL0903, fmt::format("{} is a home, not a machine", name), "variables belong to machines", {}};
  return {};
}

// The words behind the verb, checked; the request gets them.
Result<void> addWords(Context& cx, const std::string& verb, sdk::Attrs& request) {
  std::vector<std::string> words(cx.args.positionals.begin() + 1, cx.args.positionals.end());
  const std::size_t wanted = verb == "list" ? 1 : verb == "get" || verb == "set" ? 2 : 0;
  if (wanted > 0 && words.size() != wanted)
    return Error{Code::FL0903,
                 fmt::format("`fleetd vars {}` needs {}", verb, wanted == 1 ? "a machine" : "a machine and an id"),
                 wanted == 1 ? "fleetd vars list MACHINE" : fmt::format("fleetd vars {} MACHINE GENERATOR/FILE", verb),
                 {}};
  if (verb == "keygen" && !words.empty())
    return Error{Code::FL0903, fmt::format("unexpected argument `{}`", shownWord(words.front())), "", {}};
  for (std::size_t i = 0; i < words.size() && (wanted == 0 || i == 0); ++i) FLEETD_TRY(checkMachine(cx, words[i]));
  if (wanted > 0) request.set("machine", words[0]);
  if (wanted == 2) request.set("id", words[1]);
  if (wanted == 0) request.set("only", texts(words));
  return {};
}

void report(Context& cx, const PluginValue& answer) {
  for (const auto& problem : listOf(answer, "problems")) {
    Diagnostic d;
    d.code = Code::FL0317;
    d.message = textOf(problem, "message");
    if (const auto hint = textOf(problem, "hint"); !hint.empty()) d.notes.push_back(hint);
    cx.diagnostics.add(std::move(d));
  }
  if (!cx.quiet())
    for (const auto& line : listOf(answer, "lines"))
      if (const auto* text = line.get<std::string>()) cx.out.message(base::sanitize(*text) + "\n");
}

void commit(Context& cx, const PluginValue& answer) {
  for (const auto& one : listOf(answer, "commits")) {
    std::vector<std::string> files;
    for (const auto& file : listOf(one, "files"))
      if (const auto* name = file.get<std::string>()) files.push_back(*name);
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    const auto done = gitCommit(cx.root(), files, textOf(one, "message"), !cx.args.has("--no-commit"));
    if (!done) cx.diagnostics.add(done.error());
  }
}

void printList(Context& cx, const PluginValue& answer) {
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    writeJson(json, *answer.find("vars"));
    cx.out.write("\n");
    return;
  }
  TextTable table({{"ID"}, {"VALUE", false, 20, 1}, {"PLACE", false, 0, 2}});
  for (const auto& one : listOf(answer, "vars")) {
    const bool there = flagOf(one, "exists");
    const std::string shown = !there ? "<not set>" : flagOf(one, "secret") ? "********" : textOf(one, "value");
    table.add({{textOf(one, "id"), kBold}, {shown, there ? Style{} : kYellow}, {textOf(one, "place"), kDim}});
  }
  cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
}

int finish(Context& cx, const std::string& verb, const PluginValue& answer) {
  commit(cx, answer);
  report(cx, answer);
  if (verb == "list") printList(cx, answer);
  if (verb == "keygen") cx.out.write(fmt::format("{}\n", textOf(answer, "publicKey")));
  if (!cx.quiet() && !cx.json() && listOf(answer, "problems").empty()) {
    if (verb == "check") cx.out.message("all variables are there, encrypted for those who should read them\n");
    if (verb == "generate" && listOf(answer, "lines").empty()) cx.out.message("nothing is missing\n");
    const PluginValue* changed = answer.find("changed");
    if (verb == "fix" && changed && changed->get<std::int64_t>())
      cx.out.message(fmt::format("{} encrypted again\n", *changed->get<std::int64_t>()));
  }
  return cx.finish();
}

}  // namespace

int runVars(Context& cx) {
  const std::string verb(cx.args.positional(0));
  if (std::find(std::begin(kVerbs), std::end(kVerbs), verb) == std::end(kVerbs)) {
    std::string hint = suggestion(verb, {std::begin(kVerbs), std::end(kVerbs)});
    if (hint.empty()) hint = "the verbs are keygen, list, get, set, check, fix and generate";
    return cx.fail({Code::FL0903, fmt::format("unknown verb `{}`", shownWord(verb)), std::move(hint), {}});
  }
  const auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  sdk::Attrs request{{"fleet", cx.root()}, {"verb", verb}};
  if (auto words = addWords(cx, verb, request); !words) return cx.fail(words.error());
  request.set("generators", texts(cx.args.values("--generator")));
  request.set("regenerate", cx.args.has("--regenerate"));
  request.set("fromTerminal", base::isTerminal(0));
  const char* login = std::getenv("USER");
  request.set("user",
              cx.args.has("--user") ? std::string(cx.args.value("--user")) : std::string(login ? login : "admin"));
  if (verb != "keygen") addDeclarations(cx, request);
  const auto answer = cx.workspace().plugins().request("vars", PluginValue(std::move(request)));
  if (!answer) return cx.fail(answer.error());
  return finish(cx, verb, *answer);
}

}  // namespace fleetd::cli
