// What the tests of lexer, parser, binder and printer share: one text parsed, and its problems as
// "LINE:COLUMN message".
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/source.hpp"
#include "kernel/base/symbol.hpp"
#include "kernel/lang/parser.hpp"
#include "kernel/lang/print.hpp"

namespace fleetd::lang {

class Syntax {
 public:
  explicit Syntax(std::string text, std::string directory = "/dir", std::string name = "t.nix");

  bool ok() const { return file->ok(); }
  const Expr* root() const { return file->root; }
  template <class T>
  const T* as(ExprKind kind) const {
    return file->root && file->root->kind == kind ? static_cast<const T*>(file->root) : nullptr;
  }
  // "" when there is no tree.
  std::string printed() const { return file->root ? print(*file->root, symbols) : std::string(); }
  std::vector<std::string> problems() const;
  std::string place(Pos pos) const;  // "LINE:COLUMN"
  std::string_view text(Symbol symbol) const { return symbols.text(symbol); }

  base::SourceMap sources;
  mutable base::SymbolTable symbols;
  std::vector<Symbol> globals;
  std::unique_ptr<ParsedFile> file;
};

// The text printed, or the problems, one a line.
std::string outcome(std::string text, std::string directory = "/dir");

// The names that exist everywhere in these tests.
const std::vector<std::string_view>& testGlobals();

// All files below tests/conformance with this ending, sorted; paths are absolute.
std::vector<std::string> conformanceFiles(std::string_view below, std::string_view ending);
std::string readText(const std::string& path);

}  // namespace fleetd::lang
