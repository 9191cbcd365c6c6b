// `fleetd vars prune`: shows what nothing declares any more, asks, and removes it.
#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/terminal.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/cli/vars_request.hpp"
#include "kernel/cli/vars_verbs.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using plugin::PluginValue;

void show(Context& cx, const PluginValue& answer) {
  if (cx.json()) return printJson(cx, *answer.find("orphans"));
  TextTable table({{"PATH"}, {"MACHINE"}, {"SECRETS"}, {"CERTAIN"}});
  for (const auto& one : listOf(answer, "orphans")) {
    const bool sure = flagOf(one, "sure");
    table.add({{textOf(one, "path"), kBold},
               {textOf(one, "machine")},
               {flagOf(one, "secret") ? "yes" : "no"},
               {sure ? "yes" : "no", sure ? Style{} : kYellow}});
  }
  if (!table.empty()) cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
}

// What is to go: what was named, else what certainly nothing declares.
Result<std::vector<std::string>> chosen(Context& cx, const PluginValue& answer) {
  const std::vector<std::string> named(cx.args.positionals.begin() + 1, cx.args.positionals.end());
  std::vector<std::string> all, sure;
  for (const auto& one : listOf(answer, "orphans")) {
    all.push_back(textOf(one, "path"));
    if (flagOf(one, "sure")) sure.push_back(all.back());
  }
  if (named.empty()) return sure;
  for (const std::string& name : named)
    if (std::find(all.begin(), all.end(), name) == all.end()) {
      std::string hint = suggestion(name, {all.begin(), all.end()});
      return Error{Code::FL0721,
                   fmt::format("`{}` is none of those that nothing declares", shownWord(name)),
                   hint.empty() ? "`fleetd vars prune` lists them" : std::move(hint),
                   {}};
    }
  return named;
}

Result<bool> confirmed(Context& cx, std::size_t count) {
  if (cx.args.has("--yes")) return true;
  if (!base::isTerminal(0))
    return Error{Code::FL0721, fmt::format("{} would be removed", count), "say so with --yes", {}};
  cx.out.message(fmt::format("Remove {} of these? They are lost unless git has them. Type yes to go on: ", count));
  std::string line;
  for (char c = 0; ::read(0, &c, 1) == 1 && c != '\n' && line.size() < 100;) line += c;
  return base::trim(line) == "yes";
}

}  // namespace

int pruneVars(Context& cx) {
  sdk::Attrs request{{"fleet", cx.root()}, {"verb", "orphans"}};
  addDeclarations(cx, cx.workspace(), request);
  const auto found = cx.workspace().plugins().request("vars", PluginValue(sdk::Attrs(request)));
  if (!found) return cx.fail(found.error());
  commitAnswer(cx, *found);  // of a run before that was cut off
  show(cx, *found);
  const auto paths = chosen(cx, *found);
  if (!paths) return cx.fail(paths.error());
  const std::size_t unsure = listOf(*found, "orphans").size() - paths->size();
  if (unsure > 0 && cx.args.positionals.size() == 1)
    say(cx, fmt::format("{} may be declared by what only Nix knows, and {} unless named", unsure,
                        unsure == 1 ? "stays" : "stay"));
  if (paths->empty()) {
    say(cx, "nothing to remove");
    return cx.finish();
  }
  const auto sure = confirmed(cx, paths->size());
  if (!sure) return cx.fail(sure.error());
  if (!*sure) return cx.fail(Error{Code::FL0721, "nothing was removed", "", {}});
  request.set("verb", "prune");
  request.set("paths", textList(*paths));
  request.set("named", cx.args.positionals.size() > 1);
  const auto done = cx.workspace().plugins().request("vars", PluginValue(std::move(request)));
  if (!done) return cx.fail(done.error());
  commitAnswer(cx, *done);
  reportAnswer(cx, *done, Code::FL0720);
  return cx.finish();
}

}  // namespace fleetd::cli
