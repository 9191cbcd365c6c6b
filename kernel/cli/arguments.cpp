// Parsing of the command line. The only file that knows CLI11, and therefore the only one here that catches exceptions.
#include "kernel/cli/arguments.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "kernel/base/suggest.hpp"
#include "kernel/base/text.hpp"

namespace fleetd::cli {

using base::Code;
using base::Error;

namespace {

// Keeps what CLI11 could not place together with its own reading of it: unknown option or plain word.
class Parser : public CLI::App {
 public:
  const missing_t& unplaced() const { return missing_; }
};

std::vector<OptionSpec> optionsOf(const Command* command) {
  std::vector<OptionSpec> out(globalOptions().begin(), globalOptions().end());
  if (command) out.insert(out.end(), command->options.begin(), command->options.end());
  return out;
}

std::string spelling(const OptionSpec& option) {
  return option.letter ? fmt::format("-{},{}", option.letter, option.name) : std::string(option.name);
}

constexpr std::string_view kDefaultIsolation = "all";  // what --isolate alone means

std::string helpHint(const Command* command) {
  return command ? fmt::format("`fleetd help {}` lists what it takes", command->name)
                 : std::string("`fleetd help` lists the commands");
}

const OptionSpec* byName(const std::vector<OptionSpec>& options, std::string_view name) {
  const auto it = std::find_if(options.begin(), options.end(), [&](const OptionSpec& o) { return o.name == name; });
  return it == options.end() ? nullptr : &*it;
}

// CLI11 reads "--out=" as an option whose value is the next word, and accepts values for flags: both are settled here.
Result<std::vector<std::string>> normalised(const std::vector<std::string>& words,
                                            const std::vector<OptionSpec>& options, const Command* command) {
  std::vector<std::string> out;
  bool onlyWords = false;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (word == "--") onlyWords = true;
    if (const OptionSpec* option = byName(options, word); !onlyWords && option && option->kind == Kind::Isolation) {
      out.insert(out.end(), {word, std::string(kDefaultIsolation)});
      continue;
    }
    if (onlyWords || !word.starts_with("--") || equals == std::string::npos) {
      out.push_back(word);
      continue;
    }
    const OptionSpec* option = byName(options, std::string_view(word).substr(0, equals));
    if (option && option->kind == Kind::Flag)
      return Error{Code::FL0903, fmt::format("option `{}` takes no value", option->name), helpHint(command), {}};
    if (option && equals + 1 == word.size()) {
      out.push_back(word.substr(0, equals));
      out.emplace_back();
    } else {
      out.push_back(word);
    }
  }
  return out;
}

Error unknownOption(std::string_view word, const std::vector<OptionSpec>& options, const Command* command) {
  const std::string_view name = word.substr(0, word.find('='));
  std::vector<std::string_view> names;
  for (const OptionSpec& option : options) names.push_back(option.name);
  std::string hint = suggestion(name, names);
  if (hint.empty()) hint = helpHint(command);
  return {Code::FL0902,
          fmt::format("unknown option `{}`{}", shownWord(name),
                      command ? fmt::format(" of `fleetd {}`", command->name) : ""),
          hint,
          {}};
}

Error unknownCommand(std::string_view word) {
  std::vector<std::string_view> names;
  for (const Command& command : commands()) names.push_back(command.name);
  std::string hint = suggestion(word, names);
  if (hint.empty()) hint = helpHint(nullptr);
  return {Code::FL0901, fmt::format("unknown command `{}`", shownWord(word)), hint, {}};
}

// The option whose value is missing: CLI11 complains only when the words end too early.
Error missingValue(const std::vector<std::string>& words, const std::vector<OptionSpec>& options,
                   const Command* command) {
  std::string name = words.empty() ? "" : words.back();
  if (!name.starts_with("--"))
    for (const OptionSpec& option : options)
      if (option.letter && !name.empty() && name.back() == option.letter) name = option.name;
  return {Code::FL0903, fmt::format("option `{}` needs a value", shownWord(name)), helpHint(command), {}};
}

Result<void> checkPositionals(const Arguments& arguments) {
  const Command& command = *arguments.command;
  const auto& specs = command.positionals;
  const std::size_t given = arguments.positionals.size();
  for (std::size_t i = given; i < specs.size(); ++i)
    if (specs[i].required)
      return Error{Code::FL0903,
                   fmt::format("`fleetd {}` needs {}: {}", command.name, specs[i].name, specs[i].help),
                   helpHint(&command),
                   {}};
  const bool open = !specs.empty() && specs.back().repeated;
  if (given > specs.size() && !open)
    return Error{Code::FL0903,
                 fmt::format("unexpected argument `{}`", shownWord(arguments.positionals[specs.size()])),
                 helpHint(&command),
                 {}};
  return {};
}

struct Bounds {
  std::string_view option;
  std::int64_t least, most;
};
// An option means the same in every command that has it.
constexpr Bounds kNumbers[] = {
    {"--activation-timeout", 1, 86'400},
    {"--confirm-timeout", 1, 3600},
    {"--eval-memory", 0, 1 << 20},
    {"--generation", 1, 2'147'483'647},
    {"--jobs", 1, 256},
    {"--limit", 1, 100'000},
    {"--max-builds", 1, 64},
    {"--max-failures", 0, 100'000},
    {"--max-parallel", 1, 256},
    {"--script-timeout", 1, 604'800},
    {"--timeout", 1, 600},
};

// Before the command does anything.
Result<void> checkNumbers(const Arguments& arguments) {
  for (const Bounds& bounds : kNumbers)
    for (const std::string& given : arguments.values(bounds.option)) {
      const auto number = base::parseInt(given);
      if (number && *number >= bounds.least && *number <= bounds.most) continue;
      return Error{Code::FL0903,
                   fmt::format("{} {}: a number from {} to {} is expected", bounds.option, shownWord(given),
                               bounds.least, bounds.most),
                   helpHint(arguments.command),
                   {}};
    }
  return {};
}

Result<void> checkChoices(const Arguments& arguments) {
  // A new fleet begins with a machine.
  const bool machines = arguments.command && arguments.command->name == "init";
  for (const auto& [option, choices] :
       std::initializer_list<std::pair<std::string_view, std::vector<std::string_view>>>{
           {"--color", {"auto", "always", "never"}},
           {"--class", machines ? std::vector<std::string_view>{"nixos", "darwin"}
                                : std::vector<std::string_view>{"nixos", "darwin", "home"}},
           {"--host-key-check", {"strict", "accept-new", "none"}},
           {"--isolate", {"all", "third-party", "unsandboxed", "none"}}}) {
    for (const std::string& given : arguments.values(option)) {
      if (std::find(choices.begin(), choices.end(), given) != choices.end()) continue;
      return Error{Code::FL0903,
                   fmt::format("`{}` is no value of {}", shownWord(given), option),
                   fmt::format("one of {}", base::join(choices, ", ")),
                   {}};
    }
  }
  return {};
}

Result<void> place(Parser& parser, const std::vector<OptionSpec>& options, Arguments& out) {
  for (const OptionSpec& option : options) {
    const CLI::Option* parsed = parser.get_option(std::string(option.name));
    if (parsed->count() == 0) continue;
    auto& values = out.options[std::string(option.name)];
    if (option.kind == Kind::Flag)
      values.assign(parsed->count(), "");
    else
      values = parsed->results();
  }
  bool mark = false;
  std::optional<Error> bad;
  for (const auto& [kind, word] : parser.unplaced()) {
    const bool isOption = kind == CLI::detail::Classifier::LONG || kind == CLI::detail::Classifier::SHORT;
    if (kind == CLI::detail::Classifier::POSITIONAL_MARK && !mark) {
      mark = true;
    } else if (isOption) {
      if (!bad) bad = unknownOption(word, options, out.command);
    } else {
      out.positionals.push_back(word);
    }
  }
  if (bad) return *std::move(bad);
  return {};
}

Result<void> parseWith(const std::vector<std::string>& words, Arguments& out) {
  const std::vector<OptionSpec> options = optionsOf(out.command);
  FLEETD_TRY_ASSIGN(std::vector<std::string> rest, normalised(words, options, out.command));
  try {
    Parser parser;
    parser.set_help_flag();
    parser.allow_extras();
    for (const OptionSpec& option : options) {
      if (option.kind == Kind::Flag)
        parser.add_flag(spelling(option))->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      else
        parser.add_option(spelling(option))
            ->expected(1)
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
            ->allow_extra_args(false);
    }
    std::vector<std::string> reversed(rest.rbegin(), rest.rend());
    parser.parse(reversed);
    return place(parser, options, out);
  } catch (const CLI::ArgumentMismatch&) {
    return missingValue(rest, options, out.command);
  } catch (const CLI::Error& error) {
    return Error{Code::FL0903, base::sanitize(error.what()), helpHint(out.command), {}};
  }
}

}  // namespace

std::string_view Arguments::value(std::string_view option) const {
  const auto it = options.find(option);
  return it == options.end() || it->second.empty() ? std::string_view() : std::string_view(it->second.back());
}

std::vector<std::string> Arguments::values(std::string_view option) const {
  const auto it = options.find(option);
  return it == options.end() ? std::vector<std::string>() : it->second;
}

std::string_view Arguments::positional(std::size_t index) const {
  return index < positionals.size() ? std::string_view(positionals[index]) : std::string_view();
}

std::string shownWord(std::string_view word) {
  constexpr std::size_t kMost = 120;
  std::string out = base::sanitize(word.substr(0, kMost));
  std::replace(out.begin(), out.end(), '\n', ' ');
  if (word.size() > kMost) out += "…";
  return out;
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& names) {
  return base::didYouMean(base::nearestNames(word, names, 3, std::max<std::size_t>(2, word.size() / 3)));
}

std::size_t commandIndex(const std::vector<std::string>& words) {
  const auto globals = globalOptions();
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--") return i + 1 < words.size() ? i + 1 : words.size();
    if (!word.starts_with('-') || word.size() < 2) return i;
    const auto takesNext = [&](const OptionSpec& option) {
      if (!takesNextWord(option.kind)) return false;
      return word == option.name || (option.letter && word.size() == 2 && word[1] == option.letter);
    };
    if (std::any_of(globals.begin(), globals.end(), takesNext)) ++i;
  }
  return words.size();
}

Result<Arguments> parseArguments(const std::vector<std::string>& words, Arguments* partial) {
  Arguments scratch;
  Arguments& out = partial ? *partial : scratch;
  out = Arguments();
  const std::size_t at = commandIndex(words);
  std::vector<std::string> rest = words;
  std::optional<Error> bad;
  if (at < words.size()) {
    out.command = findCommand(words[at]);
    if (!out.command) bad = unknownCommand(words[at]);
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at));
    if (at > 0 && words[at - 1] == "--") rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at) - 1);
  }
  const Result<void> parsed = parseWith(rest, out);
  if (bad) return *std::move(bad);
  FLEETD_TRY(parsed);
  FLEETD_TRY(checkChoices(out));
  if (!out.has("--help")) FLEETD_TRY(checkNumbers(out));
  if (out.command && !out.has("--help")) FLEETD_TRY(checkPositionals(out));
  return out;
}

}  // namespace fleetd::cli
