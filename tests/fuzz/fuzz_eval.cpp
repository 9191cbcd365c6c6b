// Any bytes are evaluated as a Nix expression, with budgets: the result is a value, an error or unknown, and evaluating
// it again gives the same text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "kernel/base/json_writer.hpp"
#include "kernel/base/source.hpp"
#include "kernel/base/symbol.hpp"
#include "kernel/compose/compose.hpp"
#include "kernel/lang/evaluator.hpp"
#include "kernel/lang/to_json.hpp"
#include "kernel/lang/unknown.hpp"

namespace {

using namespace fleetd;

void require(bool holds) {
  if (!holds) std::abort();
}

// Nothing may be read from the machine: two runs of the same bytes must agree.
std::string evaluated(const std::string& text) {
  base::SourceMap sources;
  base::SymbolTable symbols;
  lang::Evaluator ev(sources, symbols);
  compose::installCompose(ev);
  ev.limits() = {400, 20000, std::size_t{64} << 20};
  ev.onTrace = [](std::string_view) {};
  lang::Value v = ev.evalText("fuzz", text, "/nowhere");
  require(!v.isThunk() && !v.isStuck());
  if (!v.isError() && !v.isUnknown()) v = ev.forceDeep(v);
  if (v.isError()) return ev.diagnostic(*v.error).message;
  if (v.isUnknown()) return lang::printUnknown(ev, v);
  std::string out;
  base::JsonWriter json(out);
  const lang::Value failed = lang::writeJson(ev, v, json, lang::UnknownJson::Object);
  return failed.isError() ? ev.diagnostic(*failed.error).message : out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  require(evaluated(text) == evaluated(text));
  return 0;
}
