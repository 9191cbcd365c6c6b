// For tests of lib: evaluates a text that may use `lib`, and the unknown roots `config` and `pkgs`.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/source.hpp"
#include "kernel/base/symbol.hpp"
#include "kernel/lang/evaluator.hpp"

namespace fleetd::lang::test {

class LibWorld {
 public:
  explicit LibWorld(Purity purity = Purity::Command);

  // The value of an expression, in weak head normal form.
  Value eval(const std::string& text);
  // The same with another lib.
  Value evalWith(Value lib, const std::string& text);
  // Its JSON; "error: …" for an error; for a value that is not known, the text that says what it is made of.
  std::string json(const std::string& text);
  std::string jsonOf(Value v);
  // Texts of lib parsed so far, by their labels.
  const std::vector<std::string>& parsed() const { return parsed_; }
  const std::vector<std::string>& traces() const { return traces_; }

 private:
  std::vector<std::string> parsed_;
  std::vector<std::string> traces_;
  base::SourceMap sources_;
  base::SymbolTable symbols_;

 public:
  Evaluator ev;
};

}  // namespace fleetd::lang::test
