// One expression evaluated for a command: eval and eval-modules.
#pragma once
#include <string>
#include <vector>

#include "kernel/cli/context.hpp"
#include "kernel/lang/evaluator.hpp"

namespace fleetd::cli {

// Thread: one with a big stack.
class Evaluation {
 public:
  explicit Evaluation(Context& cx);

  lang::Evaluator& evaluator() { return ev_; }
  // Evaluates the value completely and prints it, as Nix text or with --json as JSON. Gives the exit code.
  int print(lang::Value value);

 private:
  int fail(lang::Value error);

  Context& cx_;
  lang::Evaluator ev_;
  std::vector<base::Diagnostic> problems_;  // of files that do not parse
};

}  // namespace fleetd::cli
