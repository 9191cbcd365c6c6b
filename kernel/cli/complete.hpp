// Completion: the words that may stand at the end of an unfinished command line.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace fleetd::cli {

// The hidden command the completion scripts call.
inline constexpr std::string_view kCompleteCommand = "__complete";

struct Candidate {
  std::string word;
  std::string description;
};

struct Completion {
  std::vector<Candidate> candidates;  // all start with the unfinished word
  bool files = false;                 // the shell adds names of files …
  bool directories = false;           // … or of directories
};

// `words`: those before the unfinished one, without the program's name. Opens the fleet only when hosts, tags or paths
// are asked for; what goes wrong on the way gives no candidates. Thread: needs a big stack.
Completion complete(const std::vector<std::string>& words, const std::string& unfinished);

// One candidate a line: word, tab, description; then ":files" or ":directories".
std::string completionText(const Completion& completion);

// The script for "bash", "zsh" or "fish"; empty for anything else.
std::string_view completionScript(std::string_view shell);

}  // namespace fleetd::cli
