// `fleetd vars export` and `import`: the archive is encrypted when it comes from the plugin, and when it goes there.
#include <unistd.h>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/cli/vars_request.hpp"
#include "kernel/cli/vars_verbs.hpp"
#include "kernel/process/crash.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using plugin::PluginValue;

constexpr std::uint64_t kLargest = 15u << 20;  // bytes of an archive, which has to fit into a message

std::int64_t numberOf(const PluginValue& answer, std::string_view name) {
  const PluginValue* value = answer.find(name);
  const auto* number = value ? value->get<std::int64_t>() : nullptr;
  return number ? *number : 0;
}

int exportTo(Context& cx, const std::string& file, sdk::Attrs request) {
  const bool toOutput = file == "-";
  if (!toOutput && base::fileType(file) != base::FileType::Missing)
    return cx.fail(Error{Code::FL0903, fmt::format("{} is there already", shownWord(file)), "name a new file", {}});
  request.set("recipients", textList(cx.args.values("--recipient")));
  const auto answer = cx.workspace().plugins().request("vars", PluginValue(std::move(request)));
  if (!answer) return cx.fail(asUsage(answer.error()));
  commitAnswer(cx, *answer);  // of a run before that was cut off
  const std::string archive = textOf(*answer, "archive");
  if (toOutput)
    cx.out.write(archive);
  else if (auto written = base::writeFileAtomic(file, archive, 0600); !written)
    return cx.fail(written.error());
  say(cx, fmt::format("{} values exported", numberOf(*answer, "count")));
  if (!toOutput) printJson(cx, PluginValue(sdk::Attrs{{"exported", numberOf(*answer, "count")}}));
  return cx.finish();
}

int importFrom(Context& cx, const std::string& file, sdk::Attrs request) {
  if (file == "-") process::cannotRepeat();
  auto archive =
      file == "-" ? base::readDescriptor(STDIN_FILENO, "standard input", kLargest) : base::readFile(file, kLargest);
  if (!archive) return cx.fail(archive.error());
  request.set("archive", *std::move(archive));
  request.set("replace", cx.args.has("--replace"));
  const auto answer = cx.workspace().plugins().request("vars", PluginValue(std::move(request)));
  if (!answer) return cx.fail(answer.error());
  commitAnswer(cx, *answer);
  reportAnswer(cx, *answer, Code::FL0722);
  if (answer->find("written")) {
    const auto written = numberOf(*answer, "written"), same = numberOf(*answer, "same");
    say(cx, fmt::format("{} values imported, {} were there already", written, same));
    printJson(cx, PluginValue(sdk::Attrs{{"imported", written}, {"same", same}}));
  }
  return cx.finish();
}

}  // namespace

int moveVars(Context& cx, const std::string& verb) {
  if (cx.args.positionals.size() != 2)
    return cx.fail(
        Error{Code::FL0903,
              fmt::format("`fleetd vars {}` needs a file", verb),
              fmt::format("fleetd vars {} FILE; - is standard {}", verb, verb == "export" ? "output" : "input"),
              {}});
  sdk::Attrs request{{"fleet", cx.root()}, {"verb", verb}, {"storeName", std::string(cx.args.value("--store"))}};
  addDeclarations(cx, cx.workspace(), request);
  const std::string file(cx.args.positionals[1]);
  return verb == "export" ? exportTo(cx, file, std::move(request)) : importFrom(cx, file, std::move(request));
}

}  // namespace fleetd::cli
