// For tests of builtins: evaluates texts in which `u` is unknown, and gives unknown values a value afterwards.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/source.hpp"
#include "kernel/base/symbol.hpp"
#include "kernel/lang/evaluator.hpp"

namespace fleetd::lang::test {

class PrimWorld {
 public:
  explicit PrimWorld(Purity purity = Purity::Command);

  Value eval(const std::string& text);
  // The expression with `u` unknown, in weak head normal form.
  Value symbolic(const std::string& text);
  // The expression with `u` bound to the value of another text.
  Value concrete(const std::string& text, const std::string& u);
  // What a value of `symbolic` is when `u` has this value: the operations it was kept as are done one by one, and
  // functions see it too.
  Value resolve(Value v, Value u);

  // JSON text of a value; "error: …" for an error. Unknown parts print as {"$": "text"}.
  std::string json(Value v);
  std::string json(const std::string& text) { return json(eval(text)); }
  std::string known(const std::string& text) { return json(symbolic(text)); }
  // "Kind: message"
  std::string error(const std::string& text);

  std::vector<std::string> traces;

 private:
  Value call(const std::string& text, Value u);
  Value resolved(Value v, Value u);
  Value resolveDeep(Value v, Value u);
  std::vector<Value> resolveAll(const Unknown& unknown, Value u);
  void print(Value v, std::string* out);

  base::SourceMap sources_;
  base::SymbolTable symbols_;
  Thunk* cell_ = nullptr;  // what `u` is bound to

 public:
  Evaluator ev;
};

}  // namespace fleetd::lang::test
