// `fleetd vars`: what machines declare goes to the plugin that keeps values, and what it did comes back. Values
// themselves never pass through here.
#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include "kernel/base/terminal.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
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

// Members of an answer that are data, by verb.
constexpr std::pair<std::string_view, std::array<std::string_view, 2>> kData[] = {
    {"keygen", {"publicKey", "user"}}, {"generate", {"made", ""}}, {"fix", {"changed", ""}}};

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

// A public value in a table; all of it is in the JSON, and `get` gives it as it is.
std::string shownValue(const PluginValue& one) {
  constexpr std::size_t kMost = 1000;
  if (const PluginValue* size = one.find("size"); size && size->get<std::int64_t>())
    return fmt::format("<{} bytes that are no text>", *size->get<std::int64_t>());
  std::string out = textOf(one, "value");
  return out.size() <= kMost ? out : shorten(out, kMost);
}

void printList(Context& cx, const PluginValue& answer) {
  if (cx.json()) return printJson(cx, *answer.find("vars"));
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
    const std::string shown = !there ? "<not set>" : flagOf(one, "secret") ? "********" : shownValue(one);
    table.add({{textOf(one, "id"), kBold}, {shown, there ? Style{} : kYellow}, {textOf(one, "place"), kDim}});
  }
  cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
}

// Who gets a key, when it is not said. A name that cannot be one is the plugin's to refuse.
std::string userName(const Context& cx) {
  const char* login = std::getenv("USER");
  const std::string own = login && *login ? login : "admin";
  return cx.args.has("--user") ? std::string(cx.args.value("--user")) : base::sanitize(own);
}

int finish(Context& cx, const std::string& verb, const PluginValue& answer) {
  commitAnswer(cx, answer);
  reportAnswer(cx, answer, Code::FL0317);
  if (verb == "list") printList(cx, answer);
  if (verb == "keygen" && !cx.json()) cx.out.write(fmt::format("{}\n", textOf(answer, "publicKey")));
  for (const auto& [which, names] : kData) {
    if (which != verb) continue;
    sdk::Attrs data;
    for (const std::string_view name : names)
      if (const PluginValue* value = name.empty() ? nullptr : answer.find(name)) data.set(std::string(name), *value);
    printJson(cx, PluginValue(std::move(data)));
  }
  if (!listOf(answer, "problems").empty()) return cx.finish();
  if (verb == "check" && !cx.diagnostics.hasErrors())
    say(cx, "all variables are there, encrypted for those who should read them");
  if (verb == "generate" && listOf(answer, "lines").empty()) say(cx, "nothing is missing");
  const PluginValue* changed = answer.find("changed");
  if (verb == "fix" && changed && changed->get<std::int64_t>())
    say(cx, fmt::format("{} encrypted again", *changed->get<std::int64_t>()));
  return cx.finish();
}

}  // namespace

int runVars(Context& cx) {
  const std::string verb(cx.args.positional(0));
  if (std::find(std::begin(kVerbs), std::end(kVerbs), verb) == std::end(kVerbs)) {
    std::string hint = suggestion(verb, {std::begin(kVerbs), std::end(kVerbs)});
    if (hint.empty())
      hint = "the verbs are keygen, list, get, set, check, fix, generate, upload, export, import, migrate and prune";
    return cx.fail({Code::FL0903, fmt::format("unknown verb `{}`", shownWord(verb)), std::move(hint), {}});
  }
  const auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  if (const auto fine = allAreText(cx); !fine) return cx.fail(fine.error());
  if (verb == "prune") return pruneVars(cx);
  if (verb == "export" || verb == "import") return moveVars(cx, verb);
  if (verb == "upload") return uploadVars(cx);
  if (verb == "migrate") return migrateVars(cx);
  sdk::Attrs request{{"fleet", cx.root()}, {"verb", verb}};
  if (auto words = addWords(cx, verb, request); !words) return cx.fail(words.error());
  request.set("generators", textList(cx.args.values("--generator")));
  request.set("regenerate", cx.args.has("--regenerate"));
  request.set("fromTerminal", base::isTerminal(0));
  if (verb == "keygen") request.set("user", userName(cx));
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
  if (!answer) return cx.fail(verb == "keygen" ? asUsage(answer.error(), {"[VARS40]"}) : answer.error());
  return finish(cx, verb, *answer);
}

}  // namespace fleetd::cli
