// Command lines: what they mean, and what is said about wrong ones.
#include "kernel/cli/arguments.hpp"

#include <gtest/gtest.h>

namespace fleetd::cli {
namespace {

using Words = std::vector<std::string>;

Arguments good(const Words& words) {
  auto parsed = parseArguments(words);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return parsed ? *std::move(parsed) : Arguments();
}

std::string bad(const Words& words) {
  const auto parsed = parseArguments(words);
  EXPECT_FALSE(parsed);
  return parsed ? "" : parsed.error().message;
}

TEST(Arguments, NoCommand) {
  const Arguments args = good({});
  EXPECT_EQ(args.command, nullptr);
  EXPECT_TRUE(args.positionals.empty());
}

TEST(Arguments, OptionsAroundTheCommand) {
  const Arguments args = good({"--fleet", "here", "show", "--json", "web", "-v", "a.b"});
  ASSERT_NE(args.command, nullptr);
  EXPECT_EQ(args.command->name, "show");
  EXPECT_EQ(args.positionals, (Words{"web", "a.b"}));
  EXPECT_EQ(args.value("--fleet"), "here");
  EXPECT_TRUE(args.has("--json"));
  EXPECT_TRUE(args.has("--verbose"));
  EXPECT_FALSE(args.has("--quiet"));
  EXPECT_EQ(args.positional(1), "a.b");
  EXPECT_EQ(args.positional(2), "");
}

TEST(Arguments, ValuesAreTakenAsTheyAre) {
  EXPECT_EQ(good({"eval", "-E", "[1,2]"}).value("--expr"), "[1,2]");
  EXPECT_EQ(good({"eval", "-E", "-1"}).value("--expr"), "-1");
  EXPECT_EQ(good({"eval", "-E1+1"}).value("--expr"), "1+1");
  EXPECT_EQ(good({"eval", "--expr=a=b"}).value("--expr"), "a=b");
  EXPECT_EQ(good({"eval", "--expr="}).value("--expr"), "");
  EXPECT_TRUE(good({"eval", "--expr="}).has("--expr"));
  EXPECT_EQ(good({"eval", "-E", ""}).value("--expr"), "");
  EXPECT_EQ(good({"check", "[a,b]", "{}", "%%", "-"}).positionals, (Words{"[a,b]", "{}", "%%", "-"}));
  EXPECT_EQ(good({"check", ""}).positionals, Words{""});
}

TEST(Arguments, NumbersHaveBounds) {
  EXPECT_EQ(good({"build", "--max-builds", "64"}).value("--max-builds"), "64");
  EXPECT_EQ(bad({"build", "--max-builds", "0"}), "--max-builds 0: a number from 1 to 64 is expected");
  // Of every command: an option whose value is called a number, and no other.
  for (const Command& command : commands())
    for (const OptionSpec& option : command.options) {
      const bool number =
          option.value == "N" || option.value == "SECONDS" || option.value == "SECS" || option.value == "MIB";
      const auto refused = [&](const char* word) {
        const auto parsed = parseArguments({std::string(command.name), std::string(option.name), word});
        return !parsed && parsed.error().message.find("is expected") != std::string::npos;
      };
      if (option.value.empty()) continue;
      for (const char* word : {"-1", "many", "", "1x", "0x1", "1.5", "99999999999999999999999", "4294967297"})
        EXPECT_EQ(refused(word), number) << command.name << ' ' << option.name << ' ' << word;
      EXPECT_FALSE(refused("5")) << option.name;
    }
}

TEST(Arguments, RepeatedOptions) {
  EXPECT_EQ(good({"hosts", "-t", "a", "--tag", "b", "-tc"}).values("--tag"), (Words{"a", "b", "c"}));
  EXPECT_EQ(good({"check", "--fleet", "a", "--fleet", "b"}).value("--fleet"), "b");
  EXPECT_TRUE(good({"check", "-v", "-v"}).has("--verbose"));
}

TEST(Arguments, DoubleDash) {
  EXPECT_EQ(good({"check", "--", "--json"}).positionals, Words{"--json"});
  EXPECT_FALSE(good({"check", "--", "--json"}).has("--json"));
  EXPECT_EQ(good({"check", "--", "--", "-x"}).positionals, (Words{"--", "-x"}));
  EXPECT_EQ(good({"--", "check", "web"}).command->name, "check");
}

TEST(Arguments, Mistakes) {
  EXPECT_EQ(bad({"chekc"}), "unknown command `chekc`");
  EXPECT_EQ(bad({"check", "--timming"}), "unknown option `--timming` of `fleetd check`");
  EXPECT_EQ(bad({"--jsno", "check"}), "unknown option `--jsno` of `fleetd check`");
  EXPECT_EQ(bad({"check", "-Z"}), "unknown option `-Z` of `fleetd check`");
  EXPECT_EQ(bad({"check", "--fleet"}), "option `--fleet` needs a value");
  EXPECT_EQ(bad({"eval", "-vE"}), "option `--expr` needs a value");
  EXPECT_EQ(bad({"check", "--json=1"}), "option `--json` takes no value");
  EXPECT_EQ(bad({"version", "x"}), "unexpected argument `x`");
  EXPECT_EQ(bad({"check", "--color", "x"}), "`x` is no value of --color");
  EXPECT_EQ(bad({"completions"}), "`fleetd completions` needs SHELL: bash, zsh or fish");
}

TEST(Arguments, Suggestions) {
  EXPECT_EQ(parseArguments({"chekc"}).error().hint, "did you mean `check`?");
  EXPECT_EQ(parseArguments({"check", "--timng"}).error().hint, "did you mean `--timing`?");
  EXPECT_EQ(parseArguments({"check", "--zzzzzzzzzzzz"}).error().hint, "`fleetd help check` lists what it takes");
}

TEST(Arguments, HelpNeedsNothingElse) { EXPECT_TRUE(good({"completions", "--help"}).has("--help")); }

TEST(Arguments, WhatIsUnderstoodOfAMistake) {
  Arguments partial;
  EXPECT_FALSE(parseArguments({"chekc", "--json", "--color", "never"}, &partial));
  EXPECT_TRUE(partial.has("--json"));
  EXPECT_EQ(partial.value("--color"), "never");
}

TEST(Arguments, ShownWordsAreHarmless) {
  EXPECT_EQ(shownWord("a\x1b[31m\xff"), "a\xEF\xBF\xBD[31m\xEF\xBF\xBD");
  EXPECT_EQ(shownWord("a\nb"), "a b");
  EXPECT_LT(shownWord(std::string(100'000, 'x')).size(), 200u);
}

TEST(Arguments, EveryOptionOfTheTableParses) {
  for (const Command& command : commands()) {
    for (const OptionSpec& option : command.options) {
      Words words{std::string(command.name), std::string(option.name)};
      if (option.kind != Kind::Flag)
        words.push_back(option.kind == Kind::Class ? "nixos" : option.name == "--host-key-check" ? "strict" : "x");
      words.push_back("--help");
      EXPECT_TRUE(good(words).has(option.name)) << command.name << " " << option.name;
    }
  }
}

TEST(Arguments, CommandNamesAreUnique) {
  for (const Command& command : commands()) {
    EXPECT_EQ(findCommand(command.name), &command);
    for (const OptionSpec& option : command.options)
      for (const OptionSpec& global : globalOptions()) {
        EXPECT_NE(option.name, global.name) << command.name;
        EXPECT_FALSE(option.letter && option.letter == global.letter) << command.name << " " << option.name;
      }
  }
}

}  // namespace
}  // namespace fleetd::cli
