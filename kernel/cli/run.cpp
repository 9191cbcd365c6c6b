// From argv to the exit code.
#include "kernel/cli/run.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "kernel/base/big_stack.hpp"
#include "kernel/base/heap.hpp"
#include "kernel/cli/complete.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/guard.hpp"
#include "kernel/cli/help.hpp"
#include "kernel/cli/plugin_records.hpp"
#include "kernel/process/crash.hpp"

namespace fleetd::cli {

namespace {

// Files that are opened later must not become standard output because somebody closed it.
void keepStandardStreams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) < 0) static_cast<void>(::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY));
}

ColorChoice colorChoice(const Arguments& args) {
  const std::string_view when = args.value("--color");
  return when == "always" ? ColorChoice::Always : when == "never" ? ColorChoice::Never : ColorChoice::Auto;
}

int onBigStack(Output& out, const std::function<int()>& body) {
  int code = kInternal;
  const Result<void> ran = base::runOnBigStack([&] { code = guarded(out, body); });
  if (ran) return code;
  out.message(fmt::format("error[{}]: {}\n", base::info(ran.error().code).id, ran.error().message));
  return kEnvironment;
}

// Whether what plugins do is kept. What only looks writes nothing.
bool isRecorded(const Arguments& args) {
  constexpr std::string_view kCommands[] = {"check", "render", "build", "plan", "deploy"};
  constexpr std::string_view kLooks[] = {"list", "get", "check"};
  const auto has = [](const auto& names, std::string_view name) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
  };
  const bool vars = args.command->name == "vars" && !args.positionals.empty();
  return has(kCommands, args.command->name) || (vars && !has(kLooks, args.positionals.front()));
}

int runCommand(const Arguments& args, Output& out) {
  Context cx(args, out);
  const int code = args.command->run(cx);
  if (isRecorded(args)) keepPluginRecords(cx);
  if (cx.hasWorkspace()) cx.workspace().leaveMemory();
  return code;
}

int noCommand(const Arguments& args, Output& out) {
  if (args.has("--json")) {
    Context cx(args, out);
    return cx.fail({base::Code::FL0901, "no command was given", "`fleetd help` lists them", {}});
  }
  out.message(overviewText(out));
  return kUsage;
}

int dispatch(const std::vector<std::string>& words, Output& out) {
  Arguments args;
  const auto parsed = parseArguments(words, &args);
  out = Output(colorChoice(args));
  if (!parsed) {
    Context cx(args, out);
    return cx.fail(parsed.error());
  }
  if (args.has("--help")) {
    out.write(helpFor(args.command, out, args.has("--json")));
    return kOk;
  }
  if (args.has("--version")) args.command = findCommand("version");
  if (!args.command) return noCommand(args, out);
  if (args.command->stack == Stack::Ordinary) return runCommand(args, out);
  return onBigStack(out, [&] { return runCommand(args, out); });
}

int runCompletion(const std::vector<std::string>& words, Output& out) {
  std::vector<std::string> before(words.begin() + 1, words.end());
  if (!before.empty() && before.front() == "--") before.erase(before.begin());
  const std::string unfinished = before.empty() ? "" : before.back();
  if (!before.empty()) before.pop_back();
  return onBigStack(out, [&] {
    out.write(completionText(complete(before, unfinished)));
    return kOk;
  });
}

}  // namespace

int run(int argc, char** argv) {
  base::useOneHeap();
  process::catchCrashes(argv);
  keepStandardStreams();
  Output out;
  int code = guarded(out, [&] {
    std::vector<std::string> words;
    for (int i = 1; i < argc; ++i) words.emplace_back(argv[i]);
    if (!words.empty() && words.front() == kCompleteCommand) return runCompletion(words, out);
    return dispatch(words, out);
  });
  std::string why;
  if (out.finish(why)) return code;
  out.message(fmt::format("error[{}]: cannot write to standard output: {}\n", base::info(base::Code::FL0905).id, why));
  return worse(code, kEnvironment);
}

}  // namespace fleetd::cli
