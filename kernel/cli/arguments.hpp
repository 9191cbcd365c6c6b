// Arguments: a command line that fits the table, and how one is made of argv.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/cli/command.hpp"

namespace fleetd::cli {

class Arguments {
 public:
  const Command* command = nullptr;  // null: none was named
  std::vector<std::string> positionals;
  std::map<std::string, std::vector<std::string>, std::less<>> options;  // by long name; a flag has empty values

  bool has(std::string_view option) const { return options.find(option) != options.end(); }
  // The last value given, or "".
  std::string_view value(std::string_view option) const;
  std::vector<std::string> values(std::string_view option) const;
  // The positional at an index, or "".
  std::string_view positional(std::size_t index) const;
};

// `words` are the arguments after the program's name. Errors: FL0901 … FL0904, with a hint.
// `partial`, when given, receives what could be understood even on failure (to honour --json and --color in the
// report).
base::Result<Arguments> parseArguments(const std::vector<std::string>& words, Arguments* partial = nullptr);

// Index of the command word: the first word that is neither a global option nor the value of one; words.size() if there
// is none.
std::size_t commandIndex(const std::vector<std::string>& words);

// A word of the user in a message: harmless for a terminal, and short.
std::string shownWord(std::string_view word);

// "did you mean `a`?" for names that are near enough to be meant, else "".
std::string suggestion(std::string_view word, const std::vector<std::string_view>& names);

}  // namespace fleetd::cli
