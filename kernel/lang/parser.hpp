// Parser of the whole Nix grammar with error recovery, and the binder that resolves variables.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/arena.hpp"
#include "kernel/base/diagnostic.hpp"
#include "kernel/base/source.hpp"
#include "kernel/base/symbol.hpp"
#include "kernel/lang/expr.hpp"

namespace fleetd::lang {

// Names outside the file: globals (true, map, builtins, …); and frames (scopedImport) from outermost to innermost.
struct BaseScope {
  std::span<const GlobalName> globals;           // sorted by symbol id
  std::vector<std::vector<Symbol>> frames = {};  // each becomes one Env frame; slot order as given
};

// `names` by their place, in the order in which a BaseScope has them.
std::vector<GlobalName> globalsOf(std::span<const Symbol> names);

struct ParsedFile {
  const base::SourceFile* source = nullptr;
  Expr* root = nullptr;  // null only when nothing could be made of the text
  std::vector<base::Diagnostic>
      problems;  // syntax errors, duplicate attributes, undefined variables, in order of place
  base::Arena arena;

  bool ok() const { return root != nullptr && problems.empty(); }
};

inline constexpr std::uint32_t kMaxNesting = 10000;  // deeper nesting is refused with FL0004

// Parses and binds. `directory` is what relative paths are resolved against (absolute, no trailing slash).
// Never fails otherwise than through `problems`; recovers at `;`, `}`, `]`, `)` and `in`, so that independent errors
// are all reported. Thread: any; the symbol table is shared.
std::unique_ptr<ParsedFile> parse(const base::SourceFile& source, std::string_view directory,
                                  base::SymbolTable& symbols, const BaseScope& scope);

}  // namespace fleetd::lang
