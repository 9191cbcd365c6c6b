// Asking people, on the terminal itself: answers pass through nothing but locked memory.
#pragma once
#include <string>

#include "plugins/common/secret_bytes.hpp"

namespace fleetd::vars {

struct Question {
  std::string title, description, help;
  std::string type;                     // as below
  const SecretBytes* stored = nullptr;  // what an answer of nothing keeps; null: there is nothing to keep
  bool shown = false;                   // whether `stored` may be shown
};
fleet::Result<SecretBytes> ask(const Question& question);

// `type` is line, hidden, multiline or multiline-hidden. Hidden answers are asked for twice. Without a terminal the
// answer is an error (VARS50): nobody can be asked.
fleet::Result<SecretBytes> ask(const std::string& title, const std::string& description, const std::string& type);

// One line for `title`, asked for once; `hidden` as above. For what is checked by using it.
fleet::Result<SecretBytes> askOnce(const std::string& title, bool hidden);
// A line of somebody else's, shown on the terminal if there is one.
void tell(const std::string& text);

// Standard input to its end, at most 16 MiB. Errors: VARS51.
fleet::Result<SecretBytes> readInput();
// Writes to standard output as it is; a terminal gets the end of the line, too. Errors: VARS51.
fleet::Result<void> writeOutput(const SecretBytes& bytes);
fleet::Result<void> writeTo(int descriptor, const SecretBytes& bytes);

}  // namespace fleetd::vars
