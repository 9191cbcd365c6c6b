// parse(): checks the text, parses, binds, and puts the problems in order.
#include "kernel/lang/parser.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "kernel/base/big_stack.hpp"
#include "kernel/base/text.hpp"
#include "kernel/lang/bind.hpp"
#include "kernel/lang/hoist.hpp"
#include "kernel/lang/parser_state.hpp"

namespace fleetd::lang {

namespace {

// What the parser and the binder may need between two looks at the stack.
constexpr std::size_t kStackReserve = 32 << 10;

// The first and last bytes of a name tell most names apart.
std::uint32_t hashOf(std::string_view text) {
  const char* data = text.data();
  const std::size_t size = text.size();
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  if (size >= 8) {
    std::memcpy(&head, data, 8);
    std::memcpy(&tail, data + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(&head, data, 4);
    std::memcpy(&tail, data + size - 4, 4);
  } else {
    head = static_cast<unsigned char>(data[0]);
    tail = static_cast<std::uint64_t>(static_cast<unsigned char>(data[size / 2])) << 8 |
           static_cast<unsigned char>(data[size - 1]);
  }
  const std::uint64_t mixed = (head ^ (tail << 23 | tail >> 41) ^ size) * 0x9E3779B97F4A7C15ull;
  return static_cast<std::uint32_t>(mixed >> 40);
}

}  // namespace

Symbol SymbolCache::intern(std::string_view text) {
  if (text.empty()) return symbols_.intern(text);
  Entry& entry = entries_[hashOf(text) % kEntries];
  if (entry.text != text) entry = {text, symbols_.intern(text)};
  return entry.symbol;
}

Parser::Parser(const base::SourceFile& source, std::string_view directory, base::SymbolTable& symbols, ParsedFile& out)
    : source_(source),
      directory_(directory),
      symbols_(symbols),
      out_(out),
      arena_(out.arena),
      cache_(symbols),
      lexer_(source.text) {
  stackFloor_ = base::stackLimit() + kStackReserve;
  or_ = symbols.intern("or");
  body_ = symbols.intern("body");
  broken_ = stringNode({}, source.base, source.base);
}

Expr* Parser::parseFile() {
  token_ = lexer_.next();
  Expr* root = parseExpr();
  if (!panic_ && !at(Tok::End)) unexpected("end of file");
  return root == broken_ ? nullptr : root;
}

std::uint16_t Parser::above(std::span<Expr* const> children) {
  std::uint16_t height = 0;
  for (const Expr* child : children) height = above(height, child);
  return height;
}

std::uint16_t Parser::above(std::span<const AttrName> path) {
  std::uint16_t height = 0;
  for (const AttrName& name : path) height = above(height, name.expr);
  return height;
}

std::unique_ptr<ParsedFile> parse(const base::SourceFile& source, std::string_view directory,
                                  base::SymbolTable& symbols, const BaseScope& scope) {
  // A tree takes three to eight times the size of its text: most files need one chunk, and small ones no more than they
  // use.
  auto file = std::make_unique<ParsedFile>();
  file->arena = base::Arena(std::clamp<std::size_t>(6 * source.text.size(), 512, 64 << 10));
  file->source = &source;
  const auto refuse = [&](base::Code code, std::string message, std::size_t offset, std::size_t length) {
    base::Diagnostic& problem = file->problems.emplace_back();
    problem.code = code;
    problem.message = std::move(message);
    const auto begin = source.base + static_cast<Pos>(offset);
    problem.span = {begin, begin + static_cast<Pos>(length)};
  };
  const auto nul = source.text.find('\0');
  if (const auto bad = base::invalidUtf8At(source.text); bad && *bad < nul) {
    refuse(base::Code::FL0005, "text is not valid UTF-8", *bad, 1);
    return file;
  }
  if (nul != std::string_view::npos) {
    refuse(base::Code::FL0101, "syntax error, unexpected null byte", nul, 1);
    return file;
  }
  Parser parser(source, directory, symbols, *file);
  file->root = parser.parseFile();
  // Names that a broken part would have brought into scope are not known, so their uses are no errors.
  const bool complete = file->problems.empty();
  if (file->root) bind(*file, symbols, scope, complete);
  if (file->ok()) hoist(file->root, static_cast<std::uint32_t>(scope.frames.size()), symbols);
  std::stable_sort(file->problems.begin(), file->problems.end(),
                   [](const base::Diagnostic& a, const base::Diagnostic& b) { return a.span.begin < b.span.begin; });
  return file;
}

}  // namespace fleetd::lang
