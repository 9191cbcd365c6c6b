// Evaluating for a command: findings, traces, printing.
#include "kernel/cli/evaluation.hpp"

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/cli/print_value.hpp"
#include "kernel/lang/parser.hpp"
#include "kernel/lang/to_json.hpp"

namespace fleetd::cli {

namespace {

using lang::ErrorKind;
using lang::Tag;
using lang::Value;

// Whether the error says only that a file does not parse; its problems say more.
bool isOfParsing(const lang::EvalError& error) {
  return error.kind == ErrorKind::Syntax || error.kind == ErrorKind::UndefinedVariable ||
         error.kind == ErrorKind::DuplicateAttr;
}

}  // namespace

Evaluation::Evaluation(Context& cx) : cx_(cx), ev_(cx.sources, cx.symbols, lang::Purity::Command) {
  ev_.onParsed = [this](const lang::ParsedFile& file) {
    problems_.insert(problems_.end(), file.problems.begin(), file.problems.end());
  };
  // Traces are no findings. With --json they keep its promise of one object a line all the same.
  ev_.onTrace = [this](std::string_view line) {
    std::string text;
    if (cx_.json())
      base::JsonWriter(text).beginObject().member("trace", line).endObject();
    else
      text = base::sanitize(line);
    cx_.out.message(text + "\n");
  };
}

int Evaluation::fail(Value error) {
  if (problems_.empty() || !isOfParsing(*error.error)) cx_.diagnostics.add(ev_.diagnostic(*error.error));
  for (const base::Diagnostic& problem : problems_) cx_.diagnostics.add(problem);
  return cx_.finish();
}

int Evaluation::print(Value value) {
  value = ev_.forceDeep(value);
  if (value.isError()) return fail(value);
  if (!cx_.json()) {
    cx_.out.write(printValue(ev_, value));
    cx_.out.write("\n");
    return cx_.finish();
  }
  // A function is an error; only a value with unknown parts is printed in the other way, which shows them.
  for (const auto unknowns : {lang::UnknownJson::Stuck, lang::UnknownJson::Object}) {
    std::string text;
    base::JsonWriter json(text);
    const Value wrote = lang::writeJson(ev_, value, json, unknowns);
    if (wrote.isError()) return fail(wrote);
    if (wrote.isStuck()) continue;
    cx_.out.write(text);
    cx_.out.write("\n");
    break;
  }
  return cx_.finish();
}

}  // namespace fleetd::cli
