// The parser's inside: one object a file, its methods spread over parser*.cpp by part of the grammar.
//
// Errors: the first syntax error of a construct is recorded and sets `panic_`; every method then returns
// quickly, until a construct with a clear end (a binding, a bracket, an interpolation, let … in) skips to
// that end and goes on.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/arena.hpp"
#include "kernel/base/source.hpp"
#include "kernel/base/symbol.hpp"
#include "kernel/lang/expr.hpp"
#include "kernel/lang/indented.hpp"
#include "kernel/lang/lexer.hpp"
#include "kernel/lang/parser.hpp"

namespace fleetd::lang {

// Interning takes a lock, and a file uses few names often: a small table in front of it.
class SymbolCache {
 public:
  explicit SymbolCache(base::SymbolTable& symbols) : symbols_(symbols) {}
  // `text` must outlive the cache.
  Symbol intern(std::string_view text);

 private:
  struct Entry {
    std::string_view text;
    Symbol symbol;
  };
  static constexpr std::size_t kEntries = 128;
  base::SymbolTable& symbols_;
  std::array<Entry, kEntries> entries_{};
};

class Parser {
 public:
  Parser(const base::SourceFile& source, std::string_view directory, base::SymbolTable& symbols, ParsedFile& out);
  Expr* parseFile();

 private:
  // One binding while its set is read: `path = value`, or an inherited name.
  struct Binding {
    Symbol name;  // first component, when static
    AttrKind kind = AttrKind::Plain;
    Pos pos = 0;  // start of the attribute path
    Expr* dynamicName = nullptr;
    Expr* value = nullptr;
    std::uint32_t rest = 0;  // further components: names_[rest, rest + restCount)
    std::uint32_t restCount = 0;
  };
  // Counts a level of nesting while it lives; `ok` is false (and the error reported) when there are too many.
  class Level {
   public:
    explicit Level(Parser& parser) : ok(parser.enter()), parser_(parser) {}
    ~Level() { --parser_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    const bool ok;

   private:
    Parser& parser_;
  };
  // The inside of a bracket that a token of kind `close` ends; recovery looks at what is open.
  class Inside {
   public:
    Inside(Parser& parser, Tok close) : count_(parser.open_[static_cast<std::size_t>(close)]) { ++count_; }
    ~Inside() { --count_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    std::uint32_t& count_;
  };

  // --- tokens (parser.cpp) ---
  bool at(Tok kind) const { return token_.kind == kind; }
  void advance() {
    previousEnd_ = token_.end;
    token_ = lexer_.next();
  }
  // After the inside of a string or path, which the lexer reads without tokens.
  void resumeTokens() {
    previousEnd_ = lexer_.offset();
    token_ = lexer_.next();
  }
  bool expect(Tok kind, std::string_view expecting = {});
  Pos here() const { return place(token_.begin); }
  Pos place(std::uint32_t offset) const { return source_.base + offset; }
  Symbol symbolOf(const Token& token) { return cache_.intern(lexer_.text(token)); }

  // --- nodes ---
  template <class T>
  T* node(ExprKind kind, Pos pos) {
    T* made = arena_.make<T>();
    made->kind = kind;
    made->pos = pos;
    made->end = place(previousEnd_);
    return made;
  }
  // What a shared stack holds from `base` on, moved to the tree's arena.
  template <class T>
  std::span<T> take(std::vector<T>& stack, std::size_t base) {
    const std::span<T> kept = arena_.copy(std::span<const T>(stack).subspan(base));
    stack.resize(base);
    return kept;
  }
  static std::uint16_t above(const Expr* child) { return static_cast<std::uint16_t>(child->height + 1u); }
  static std::uint16_t above(std::uint16_t known, const Expr* child) {
    return child && child->height >= known ? above(child) : known;
  }
  static std::uint16_t above(std::span<Expr* const> children);
  static std::uint16_t above(std::span<const AttrName> path);
  // The node, or an error when it is too high.
  Expr* checked(Expr* made) { return made->height <= kMaxNesting ? made : tooDeep(); }

  // --- errors and recovery (parser_errors.cpp) ---
  bool enter();
  Expr* tooDeep();
  // A syntax error at the current token; `expecting` lists token names, may be empty.
  Expr* unexpected(std::string_view expecting = {});
  // Any other error that ends the construct.
  Expr* report(base::Code code, std::string message, Span span);
  // An error that does not: null when there are too many already.
  base::Diagnostic* add(base::Code code, std::string message, Span span);
  void unexpectedEnd(std::string_view expecting);
  std::string tokenText() const;
  Span nameSpan(Pos pos) const;
  void stop();
  // Skips to the end of the construct the error is in. True: the current token is `close`, and panic is over.
  bool recover(Tok close, bool statements = true);
  // For bindings: stands at a `;` or at `close`, panic is over; false: something outside has to go on.
  bool recoverBinding(Tok close);
  // Skips to a closing bracket that was not opened on the way, or to the end of the file; with `statements`
  // also to a `;` or `in`.
  Tok skip(bool statements);
  void skipOpener(Tok kind);
  void skipString(char mode);
  bool skipCloser(Tok closer);

  // --- expressions (parser_expr.cpp) ---
  Expr* parseExpr();
  Expr* parseIf();
  Expr* parseAssert();
  Expr* parseWith();
  Expr* parseLet();
  Expr* parseLetBody(std::uint32_t begin);
  Expr* variable(const Token& token);
  Expr* parseSelect(Expr* primary, std::uint32_t begin);
  Expr* parseSelect() { return parseSelect(nullptr, token_.begin); }
  Expr* parseSimple();
  Expr* parseParens();
  Expr* parseList();

  // --- operators and application (parser_operators.cpp) ---
  Expr* parsePipes(Expr* primary, std::uint32_t begin);
  Expr* parseOperators(int minimum, Expr* primary, std::uint32_t begin);
  Expr* parseOperators(int minimum) { return parseOperators(minimum, nullptr, token_.begin); }
  Expr* parseUnary(ExprKind kind, int minimum);
  Expr* parseHasAttr(Expr* subject, std::uint32_t begin);
  Expr* parseApplication(Expr* primary, std::uint32_t begin);
  bool startsOperand() const;
  Expr* call(Expr* function, std::span<Expr* const> args, Pos pos);

  // --- functions (parser_lambda.cpp) ---
  Expr* parseName();   // at an identifier that may be a parameter
  Expr* parseBrace();  // at `{` where a pattern is possible
  Expr* parseLambdaBody(ExprLambda* lambda);
  Expr* parsePattern(std::uint32_t begin, const Token* first, Symbol arg);
  bool parseFormals(const Token* first, ExprLambda* lambda);
  void checkFormals(std::size_t base, Symbol arg, Pos pos);

  // --- literals (parser_text.cpp) ---
  Expr* parseInt();
  Expr* parseFloat();
  Expr* parseString();
  Expr* parseIndented();
  Expr* parsePath();
  Expr* parseInterpolation();  // after `${`; leaves `}` as the current token
  Expr* stringNode(std::string_view text, Pos pos, Pos end);
  void pushText(std::string_view text, Pos pos, Pos end);
  Expr* joinParts(std::size_t base, Pos pos, bool interpolated, std::uint8_t flags = 0);
  std::string_view absolutePath(std::string_view literal, bool keepSlash);

  // --- attribute sets (parser_attrs.cpp) ---
  Expr* parseAttrs(bool recursive, std::uint32_t begin);
  // Bindings up to `close`, which is consumed. `first` is a name that was consumed already.
  ExprAttrs* parseBindings(Tok close, std::uint32_t begin, const Token* first = nullptr);
  bool parseBinding(const Token* first);
  bool parseInherit(std::size_t firstFrom);
  bool startsAttrName() const;
  bool parseAttrName(AttrName& out);
  bool parsePathTail(Pos pos, const Token* first);  // pushes the components onto names_
  std::span<AttrName> parseAttrPath();
  void nameLambdas(Expr* value, Symbol name);

  // --- merging (parser_merge.cpp) ---
  void buildSet(ExprAttrs* set, std::size_t firstBinding, std::size_t firstFrom);
  void mergeBindings(std::size_t begin, std::size_t end, AttrDef& out);
  void spill(const ExprAttrs* literal, std::size_t firstFrom);
  Expr* nest(const Binding& binding);
  void duplicate(Symbol name, Pos pos, Pos previous);

  const base::SourceFile& source_;
  std::string_view directory_;
  base::SymbolTable& symbols_;
  ParsedFile& out_;
  base::Arena& arena_;
  SymbolCache cache_;
  Lexer lexer_;
  Token token_;
  std::uint32_t previousEnd_ = 0;
  std::uint32_t depth_ = 0;
  std::array<std::uint32_t, kTokKinds> open_{};  // brackets around the current token, by the kind that closes them
  bool panic_ = false;
  bool stopped_ = false;
  std::uintptr_t stackFloor_ = 0;
  Expr* broken_ = nullptr;  // stands for what could not be parsed
  Symbol or_;
  Symbol body_;

  // Stacks that all levels share: each uses the part above the size it found.
  std::vector<Expr*> exprs_;
  std::vector<AttrName> names_;
  std::vector<Binding> bindings_;
  std::vector<Expr*> from_;  // sources of inherit (…)
  std::vector<Formal> formals_;
  std::vector<LayoutPiece> pieces_;
  std::vector<Symbol> prefix_;  // names of the sets being merged, for messages
  std::vector<char> skipped_;   // open brackets while skipping
};

}  // namespace fleetd::lang
