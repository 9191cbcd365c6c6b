// `fleetd secrets`: what to do goes to the plugin that keeps secrets, and what it found or did comes back. Values never
// pass through here.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "kernel/base/terminal.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/install_files.hpp"
#include "kernel/cli/json_schema.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/cli/vars_request.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using plugin::PluginValue;

constexpr std::array<std::string_view, 4> kNouns{"users", "machines", "groups", "key"};
constexpr std::array<std::string_view, 7> kActions{"list", "get", "set", "import-sops", "rename", "remove", "who"};

bool isAmong(std::string_view word, const auto& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool isImport(const Context& cx) { return cx.args.positional(0) == "import-sops"; }

Result<PluginValue> requestFor(Context& cx) {
  std::vector<std::string> words = cx.args.positionals;
  FLEETD_TRY(allAreText(cx));
  if (words.empty()) words.emplace_back("list");
  const bool isNoun = isAmong(words[0], kNouns);
  if (!isNoun && !isAmong(words[0], kActions)) {
    std::vector<std::string_view> known(kNouns.begin(), kNouns.end());
    known.insert(known.end(), kActions.begin(), kActions.end());
    std::string hint = suggestion(words[0], known);
    if (hint.empty()) hint = fmt::format("one of {}", base::join(known, ", "));
    return Error{Code::FL0903, fmt::format("unknown verb `{}`", shownWord(words[0])), std::move(hint), {}};
  }
  sdk::Attrs request{{"fleet", cx.root()}, {"verb", "secrets"}, {"noun", isNoun ? words[0] : std::string()}};
  if (isNoun && words.size() == 1 && words[0] != "key") words.emplace_back("list");
  if (isNoun && words.size() == 1) words.emplace_back("show");
  const std::size_t first = isNoun ? 2 : 1;
  request.set("action", words[first - 1]);
  request.set("words", textList({words.begin() + static_cast<std::ptrdiff_t>(first), words.end()}));
  request.set("keys", textList(cx.args.values("--age-key")));
  request.set("pgpKeys", textList(cx.args.values("--pgp-key")));
  request.set("prefix", std::string(cx.args.value("--prefix")));
  request.set("inputType", std::string(cx.args.value("--input-type")));
  request.set("users", textList(cx.args.values("--user")));
  request.set("machines", textList(cx.args.values("--machine")));
  request.set("groups", textList(cx.args.values("--group")));
  std::vector<std::string> machines;
  for (const fleet::Host& host : cx.workspace().fleet().hosts())
    if (host.klass != "home") machines.push_back(host.name);
  request.set("fleetMachines", textList(machines));
  request.set("force", cx.args.has("--force"));
  request.set("new", cx.args.has("--new"));
  request.set("fromTerminal", base::isTerminal(0));
  return PluginValue(std::move(request));
}

void printTable(Context& cx, const PluginValue& answer) {
  std::vector<Column> columns;
  for (const auto& title : listOf(answer, "titles"))
    if (const auto* text = title.get<std::string>()) columns.push_back({*text, false, columns.empty() ? 0u : 20u});
  const std::size_t width = columns.size();
  TextTable table(std::move(columns));
  for (const auto& row : listOf(answer, "rows")) {
    std::vector<Cell> cells;
    if (const auto* list = row.get<sdk::List>())
      for (const auto& cell : *list)
        if (const auto* text = cell.get<std::string>()) cells.push_back({*text, cells.empty() ? kBold : Style{}});
    cells.resize(width);
    table.add(std::move(cells));
  }
  cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
}

void print(Context& cx, const PluginValue& answer) {
  const PluginValue* data = answer.find("data");
  const std::string text = textOf(answer, "text");
  if (data && (cx.json() || !answer.find("rows"))) {
    base::JsonWriter json(cx.out.data(), 2);
    writeJson(json, *data);
    cx.out.write("\n");
  } else if (data) {
    printTable(cx, answer);
  } else if (cx.json() && cx.args.positional(0) != "get") {
    // What was done, in words; a value of `get` has been written as it is.
    sdk::Attrs done{{"lines", listOf(answer, "lines")}};
    if (!text.empty()) done.set("publicKey", text);
    printJson(cx, PluginValue(std::move(done)));
    return;
  }
  if (!text.empty()) cx.out.write(base::sanitize(text) + "\n");
}

}  // namespace

int runSecrets(Context& cx) {
  const auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  auto request = requestFor(cx);
  if (!request) return cx.fail(request.error());
  InstallFiles editing;  // gone with this
  if (cx.args.has("--edit")) {
    if (cx.args.positional(0) != "set")
      return cx.fail({Code::FL0903, "--edit is for `fleetd secrets set`", "fleetd secrets set NAME --edit", {}});
    if (const auto made = editing.open(); !made) return cx.fail(made.error());
    request->get<sdk::Attrs>()->set("editIn", editing.directory());
  }
  const auto answer = cx.workspace().plugins().request("vars", *request);
  if (!answer) return cx.fail(asUsage(answer.error()));
  commitAnswer(cx, *answer);
  reportAnswer(cx, *answer, isImport(cx) ? Code::FL0737 : Code::FL0720);
  print(cx, *answer);
  return cx.finish();
}

}  // namespace fleetd::cli
