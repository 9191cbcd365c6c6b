// Any bytes are parsed and bound; what is accepted is printed, and the print must be accepted and print the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "kernel/base/source.hpp"
#include "kernel/base/symbol.hpp"
#include "kernel/lang/parser.hpp"
#include "kernel/lang/print.hpp"

namespace {

using namespace fleetd;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::SourceMap sources;
  base::SymbolTable symbols;
  const auto globals = lang::globalsOf(
      std::vector<base::Symbol>{symbols.intern("map"), symbols.intern("true"), symbols.intern("throw")});
  const lang::BaseScope scope{globals};
  const auto source = sources.add("fuzz.nix", std::string(reinterpret_cast<const char*>(data), size));
  require(source.ok());
  const auto file = lang::parse(**source, "/some dir", symbols, scope);
  require(file->root != nullptr || !file->problems.empty());
  for (const base::Diagnostic& problem : file->problems) {
    require(problem.span.begin >= (*source)->base && problem.span.begin <= (*source)->whole().end);
    require(problem.span.end >= problem.span.begin && problem.span.end <= (*source)->whole().end);
  }
  if (file->root) require(file->root->height <= lang::kMaxNesting);
  if (!file->ok()) return 0;

  const std::string printed = lang::print(*file->root, symbols);
  const auto again = sources.add("again.nix", printed);
  require(again.ok());
  const auto reparsed = lang::parse(**again, "/elsewhere", symbols, scope);
  require(reparsed->ok());
  require(lang::print(*reparsed->root, symbols) == printed);
  return 0;
}
