// `fleetd eval`: one expression, like nix-instantiate --eval --strict.
#include <unistd.h>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/cli/evaluation.hpp"
#include "kernel/cli/locate.hpp"
#include "kernel/process/crash.hpp"

namespace fleetd::cli {

using base::Code;
using base::Error;

namespace {

// The expression's text and where relative paths start; or a file.
Result<lang::Value> evaluate(Context& cx, lang::Evaluator& ev) {
  const bool given = cx.args.has("--expr");
  if (given == !cx.args.positionals.empty())
    return Error{Code::FL0903,
                 given ? "-E and FILE exclude each other" : "a FILE or -E EXPR is needed",
                 "`fleetd help eval` shows both",
                 {}};
  FLEETD_TRY_ASSIGN(const std::string here, base::currentDir());
  if (given) return ev.evalText("«string»", std::string(cx.args.value("--expr")), here);
  const std::string_view file = cx.args.positional(0);
  if (file == "-") {
    process::cannotRepeat();
    FLEETD_TRY_ASSIGN(std::string text,
                      base::readDescriptor(STDIN_FILENO, "standard input", base::SourceMap::kMaxFileBytes));
    return ev.evalText("«stdin»", std::move(text), here);
  }
  if (file.empty()) return Error{Code::FL0903, "FILE is empty", "", {}};
  FLEETD_TRY_ASSIGN(const std::string path, absolutePath(file));
  return ev.evalFile(path);
}

}  // namespace

int runEval(Context& cx) {
  Evaluation evaluation(cx);
  const auto value = evaluate(cx, evaluation.evaluator());
  return value ? evaluation.print(*value) : cx.fail(value.error());
}

}  // namespace fleetd::cli
