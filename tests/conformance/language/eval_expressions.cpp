// Evaluates files as `nix-instantiate --eval --strict --json` does and prints one JSON object a line:
// {"value": "the JSON text"} or {"error": message, "kind": number, "file": …, "line": …, "column": …}.
#include <cstdio>

#include "kernel/base/big_stack.hpp"
#include "kernel/base/json_writer.hpp"
#include "kernel/base/source.hpp"
#include "kernel/base/symbol.hpp"
#include "kernel/lang/evaluator.hpp"
#include "kernel/lang/json_value.hpp"

namespace {

using namespace fleetd;
using lang::Value;

// Where a person is sent: the error's own place, else the innermost frame inside `file`.
base::Location placeOf(base::SourceMap& sources, const lang::EvalError& error, const std::string& file) {
  if (error.pos != 0) return sources.locate(error.pos);
  for (const lang::Frame* frame = error.frames; frame; frame = frame->outer)
    if (const base::Location at = sources.locate(frame->pos); at.file && at.file->name == file) return at;
  return {};
}

std::string evaluate(const std::string& file) {
  base::SourceMap sources;
  base::SymbolTable symbols;
  lang::Evaluator ev(sources, symbols, lang::Purity::Command);
  ev.onTrace = [](std::string_view) {};
  // A budget, so that no random expression keeps a test busy; such a case is not compared.
  ev.limits().steps = 20'000'000;
  ev.limits().memory = std::size_t{1} << 30;
  const Value result = lang::toJson(ev, ev.forceDeep(ev.evalFile(file)));
  std::string out;
  base::JsonWriter writer(out);
  writer.beginObject();
  if (result.isError()) {
    const base::Location at = placeOf(sources, *result.error, file);
    writer.member("error", result.error->message);
    writer.member("budget", result.error->kind == lang::ErrorKind::Budget);
    if (at.file) {
      writer.member("file", at.file->name);
      writer.member("line", static_cast<std::int64_t>(at.at.line));
      writer.member("column", static_cast<std::int64_t>(at.at.column));
    }
  } else if (result.is(lang::Tag::String)) {
    writer.member("value", result.string());
  } else {
    writer.member("unknown", ev.show(result));
  }
  writer.endObject();
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::string line;
    const auto ran = base::runOnBigStack([&] { line = evaluate(argv[i]); });
    if (!ran) return 1;
    std::printf("%s\n", line.c_str());
  }
  return 0;
}
