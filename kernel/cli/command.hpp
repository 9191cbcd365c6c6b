// Command: what the table says about one command. Parsing, help and completion all work from these descriptions.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace fleetd::cli {

class Context;

// What a word on the command line stands for; decides what completion offers.
enum class Kind : std::uint8_t {
  Flag,  // an option without a value
  Text,
  File,
  Directory,
  Host,
  Path,  // an option path of the host named before it, or home:USER
  Class,
  Tag,
  Plugin,
  Code,  // FL0412
  HostOrCode,
  Color,
  Shell,
  Isolation,  // an option whose value, if any, is in the same word: --isolate, --isolate=none
  Command,
  Verb,  // a fixed word: the positional's own name in lower case
};

// Whether the value of such an option may be the next word.
constexpr bool takesNextWord(Kind kind) { return kind != Kind::Flag && kind != Kind::Isolation; }

struct OptionSpec {
  std::string_view name;  // "--out"
  char letter = 0;        // 'o' for -o, or 0
  Kind kind = Kind::Flag;
  std::string_view value;  // "DIR" in help; empty for a flag; "[=WHO]" when it may be left out
  std::string_view help;
};

struct PositionalSpec {
  std::string_view name;  // "HOST"
  Kind kind = Kind::Text;
  std::string_view help;
  bool required = false;
  bool repeated = false;  // only for the last
};

// Whether a command needs room for deep recursion.
enum class Stack : std::uint8_t { Ordinary, Big };

struct Command {
  std::string_view name;
  std::string_view summary;      // one line, without a full stop
  std::string_view description;  // paragraphs for `fleetd help NAME`
  std::span<const OptionSpec> options;
  std::span<const PositionalSpec> positionals;
  Stack stack = Stack::Big;
  int (*run)(Context&) = nullptr;  // returns an exit code (exit_code.hpp)
};

// Options that every command takes.
std::span<const OptionSpec> globalOptions();
// All commands in the order of the help text.
std::span<const Command> commands();
const Command* findCommand(std::string_view name);

// One file each.
int runAdopt(Context& cx);
int runBuild(Context& cx);
int runChannels(Context& cx);
int runCheck(Context& cx);
int runCompletions(Context& cx);
int runDeploy(Context& cx);
int runDiff(Context& cx);
int runEject(Context& cx);
int runEval(Context& cx);
int runEvalModules(Context& cx);
int runExplain(Context& cx);
int runGenerations(Context& cx);
int runGraph(Context& cx);
int runHelp(Context& cx);
int runHistory(Context& cx);
int runHosts(Context& cx);
int runImport(Context& cx);
int runInit(Context& cx);
int runInputs(Context& cx);
int runMachines(Context& cx);
int runNetwork(Context& cx);
int runPlan(Context& cx);
int runPlugin(Context& cx);
int runPlugins(Context& cx);
int runRender(Context& cx);
int runRollback(Context& cx);
int runSchema(Context& cx);
int runServices(Context& cx);
int runShow(Context& cx);
int runSsh(Context& cx);
int runStatus(Context& cx);
int runTags(Context& cx);
int runTrust(Context& cx);
int runUntrust(Context& cx);
int runVars(Context& cx);
int runVersion(Context& cx);
int runZerotier(Context& cx);

}  // namespace fleetd::cli
