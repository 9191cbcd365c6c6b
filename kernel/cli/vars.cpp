// `fleetd vars`: what machines declare goes to the plugin that keeps values, and what it did comes back. Values
// themselves never pass through here.
#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "kernel/base/terminal.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/json_schema.hpp"
#include "kernel/cli/kept_secrets.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/cli/vars_request.hpp"
#include "kernel/cli/vars_scripts.hpp"
#include "kernel/cli/vars_verbs.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using plugin::PluginValue;

constexpr std::string_view kVerbs[] = {"keygen",   "list",  "get",    "set",    "check",  "fix",
                                       "generate", "prune", "export", "import", "upload", "migrate"};

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
  // `list` without a machine shows everything.
  const std::size_t wanted = verb == "list" && !words.empty() ? 1 : verb == "get" || verb == "set" ? 2 : 0;
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
  if (wanted == 0) request.set("only", textList(words));
  return {};
}

// What plugins keep is asked for when a value is needed, and by `check`.
Result<void> addKeptFor(Context& cx, const std::string& verb, sdk::Attrs& request) {
  const auto words = cx.args.positionals;
  if (verb == "get")
    return addKept(cx, request, keptFiles(request, [&](const KeptFile& file) {
                     return file.machine == words[1] &&
                            (file.id() == words[2] || (file.shared && "shared/" + file.id() == words[2]));
                   }));
  if (verb != "check") return {};
  const auto generators = cx.args.values("--generator");
  const auto among = [](const auto& list, auto from, const std::string& name) {
    return from == list.end() || std::find(from, list.end(), name) != list.end();
  };
  checkKept(cx, keptFiles(request, [&](const KeptFile& file) {
              return among(words, words.begin() + 1, file.machine) &&
                     among(generators, generators.begin(), file.generator);
            }));
  return {};
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
    if (flagOf(one, "orphan")) {
      table.add({{textOf(one, "id"), kBold}, {"<nothing declares it>", kYellow}, {textOf(one, "place"), kDim}});
      continue;
    }
    if (const std::string store = textOf(one, "store"); !store.empty()) {
      table.add({{textOf(one, "id"), kBold}, {fmt::format("<kept by {}>", store)}, {textOf(one, "place"), kDim}});
      continue;
    }
    const std::string shown = !there ? "<not set>" : flagOf(one, "secret") ? "********" : textOf(one, "value");
    table.add({{textOf(one, "id"), kBold}, {shown, there ? Style{} : kYellow}, {textOf(one, "place"), kDim}});
  }
  cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
}

int finish(Context& cx, const std::string& verb, const PluginValue& answer) {
  commitAnswer(cx, answer);
  reportAnswer(cx, answer, Code::FL0317);
  if (verb == "list") printList(cx, answer);
  if (verb == "keygen") cx.out.write(fmt::format("{}\n", textOf(answer, "publicKey")));
  if (!cx.quiet() && !cx.json() && listOf(answer, "problems").empty()) {
    if (verb == "check" && !cx.diagnostics.hasErrors())
      cx.out.message("all variables are there, encrypted for those who should read them\n");
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
  if (const auto fine = allAreText(cx.args.positionals); !fine) return cx.fail(fine.error());
  if (std::find(std::begin(kVerbs), std::end(kVerbs), verb) == std::end(kVerbs)) {
    std::string hint = suggestion(verb, {std::begin(kVerbs), std::end(kVerbs)});
    if (hint.empty())
      hint = "the verbs are keygen, list, get, set, check, fix, generate, upload, export, import, migrate and prune";
    return cx.fail({Code::FL0903, fmt::format("unknown verb `{}`", shownWord(verb)), std::move(hint), {}});
  }
  const auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  if (verb == "prune") return pruneVars(cx);
  if (verb == "export" || verb == "import") return moveVars(cx, verb);
  if (verb == "upload") return uploadVars(cx);
  if (verb == "migrate") return migrateVars(cx);
  sdk::Attrs request{{"fleet", cx.root()}, {"verb", verb}};
  if (auto words = addWords(cx, verb, request); !words) return cx.fail(words.error());
  request.set("generators", textList(cx.args.values("--generator")));
  request.set("regenerate", cx.args.has("--regenerate"));
  request.set("fromTerminal", base::isTerminal(0));
  const char* login = std::getenv("USER");
  request.set("user",
              cx.args.has("--user") ? std::string(cx.args.value("--user")) : std::string(login ? login : "admin"));
  request.set("changedScripts", cx.args.has("--changed-scripts"));
  if (verb != "keygen") {
    addDeclarations(cx, cx.workspace(), request);
  } else {
    // What machines declare may be wrong as long as somebody has no key.
    sdk::Attrs all;
    addDeclarations(cx, cx.workspace(), all);
    if (const auto* store = all.find("store")) request.set("store", *store);
  }
  if (auto kept = addKeptFor(cx, verb, request); !kept) return cx.fail(kept.error());
  process::ScriptSandbox sandbox;
  if (verb == "generate") {
    auto prepared = addScripts(cx, request);
    if (!prepared) return cx.fail(prepared.error());
    sandbox = *std::move(prepared);
  }
  const auto answer = cx.workspace().plugins().request("vars", PluginValue(std::move(request)));
  if (!answer) return cx.fail(answer.error());
  return finish(cx, verb, *answer);
}

}  // namespace fleetd::cli
