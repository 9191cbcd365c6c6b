// Compiles POSIX extended regular expressions into a graph of nodes.
#include "kernel/lang/regex.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace fleetd::lang {

namespace {

constexpr std::uint32_t kMaxNodes = 100'000;  // as libstdc++
constexpr std::uint32_t kMaxDepth = 1000;     // nested groups and stacked quantifiers
constexpr std::string_view kSpecial = ".[\\()*+?{|^$";

struct Tree {
  enum class Kind : std::uint8_t { Empty, Char, Set, LineBegin, LineEnd, Sequence, Choice, Group, Repeat };
  Kind kind = Kind::Empty;
  std::uint32_t arg = 0;                 // Char, Set, Group
  std::uint32_t least = 0;               // Repeat
  std::optional<std::uint32_t> most;     // Repeat; none: any number
  bool once = false;                     // Repeat: written `?` or `{n,m}`, at most `most` copies
  std::vector<std::unique_ptr<Tree>> children;
};
using TreePtr = std::unique_ptr<Tree>;

TreePtr make(Tree::Kind kind, std::uint32_t arg = 0) {
  auto tree = std::make_unique<Tree>();
  tree->kind = kind;
  tree->arg = arg;
  return tree;
}

// Bracket expressions: the members as a set of bytes. Ranges compare signed chars, as the reference platform does.
class Bracket {
 public:
  Bracket(std::string_view text, std::size_t* at) : text_(text), at_(*at), end_(at) {}

  // `at` is behind the '['. False: invalid.
  bool parse(std::bitset<256>* out) {
    const bool negated = at_ < text_.size() && text_[at_] == '^';
    if (negated) ++at_;
    if (!advance()) return false;
    if (token_ == Token::Char || token_ == Token::Dash) {
      keep(value_[0]);
      if (!advance()) return false;
    }
    bool more = true;
    while (more)
      if (!term(&more)) return false;
    if (last_ == Last::Char) add(lastChar_);
    *out = negated ? ~set_ : set_;
    *end_ = at_;
    return true;
  }

 private:
  enum class Token : std::uint8_t { Char, Dash, End, Class, Collating, Equivalence };
  enum class Last : std::uint8_t { None, Char, Class };

  bool advance() {
    if (at_ >= text_.size()) return false;
    const char c = text_[at_++];
    const bool first = std::exchange(first_, false);
    value_.assign(1, c);
    token_ = Token::Char;
    if (c == '-') token_ = Token::Dash;
    if (c == ']' && !first) token_ = Token::End;
    if (c != '[') return true;
    if (at_ >= text_.size()) return false;
    const char mark = text_[at_];
    if (mark != '.' && mark != ':' && mark != '=') return true;
    const std::size_t close = text_.find(mark, ++at_);
    if (close == std::string_view::npos || close + 1 >= text_.size() || text_[close + 1] != ']') return false;
    value_ = text_.substr(at_, close - at_);
    at_ = close + 2;
    token_ = mark == '.' ? Token::Collating : mark == ':' ? Token::Class : Token::Equivalence;
    return true;
  }

  void add(char c) { set_.set(static_cast<unsigned char>(c)); }
  void flush(Last last) {
    if (last_ == Last::Char) add(lastChar_);
    last_ = last;
  }
  void keep(char c) {
    flush(Last::Char);
    lastChar_ = c;
  }
  bool range(char low, char high) {
    const auto a = static_cast<signed char>(low), b = static_cast<signed char>(high);
    if (a > b) return false;
    for (int c = a; c <= b; ++c) add(static_cast<char>(c));
    last_ = Last::None;
    return true;
  }

  bool term(bool* more) {
    switch (token_) {
      case Token::End: *more = false; return true;
      case Token::Char: keep(value_[0]); return advance();
      case Token::Dash: return dash(more);
      case Token::Class: flush(Last::Class); return addClass() && advance();
      case Token::Collating: {
        const auto c = collatingElement(value_);
        if (!c) return false;
        keep(*c);
        add(*c);
        return advance();
      }
      case Token::Equivalence: {
        const auto c = collatingElement(value_);
        if (!c) return false;
        flush(Last::Class);
        for (int i = 0; i < 128; ++i)
          if (std::tolower(i) == std::tolower(static_cast<unsigned char>(*c))) add(static_cast<char>(i));
        return advance();
      }
    }
    return false;
  }

  // A dash is a range after a character, and literal before the closing bracket; anywhere else it is refused.
  bool dash(bool* more) {
    if (!advance()) return false;
    if (token_ == Token::End) {
      keep('-');
      *more = false;
      return true;
    }
    if (last_ != Last::Char || (token_ != Token::Char && token_ != Token::Dash)) return false;
    return range(lastChar_, value_[0]) && advance();
  }

  bool addClass() {
    struct Class {
      std::string_view name;
      int (*test)(int);
    };
    static constexpr auto word = [](int c) -> int { return std::isalnum(c) || c == '_'; };
    static const Class kClasses[] = {
        {"d", std::isdigit},     {"w", word},             {"s", std::isspace},     {"alnum", std::isalnum}, {"alpha", std::isalpha},
        {"blank", std::isblank}, {"cntrl", std::iscntrl}, {"digit", std::isdigit}, {"graph", std::isgraph}, {"lower", std::islower},
        {"print", std::isprint}, {"punct", std::ispunct}, {"space", std::isspace}, {"upper", std::isupper}, {"xdigit", std::isxdigit},
    };
    std::string name(value_);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (const Class& entry : kClasses) {
      if (entry.name != name) continue;
      for (int c = 0; c < 128; ++c)
        if (entry.test(c)) add(static_cast<char>(c));
      return true;
    }
    return false;
  }

  // The names of POSIX for the characters of the portable set.
  static std::optional<char> collatingElement(std::string_view name) {
    if (name.size() == 1 && std::isalpha(static_cast<unsigned char>(name[0]))) return name[0];
    static constexpr std::array<std::string_view, 33> kControl = {
        "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "alert", "backspace", "tab", "newline", "vertical-tab", "form-feed",
        "carriage-return", "SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "IS4", "IS3",
        "IS2", "IS1", "space"};
    static constexpr std::array<std::string_view, 32> kPunctuation = {
        "exclamation-mark", "quotation-mark", "number-sign", "dollar-sign", "percent-sign", "ampersand", "apostrophe",
        "left-parenthesis", "right-parenthesis", "asterisk", "plus-sign", "comma", "hyphen", "period", "slash", "zero", "one", "two",
        "three", "four", "five", "six", "seven", "eight", "nine", "colon", "semicolon", "less-than-sign", "equals-sign",
        "greater-than-sign", "question-mark", "commercial-at"};
    static constexpr std::array<std::string_view, 6> kBrackets = {"left-square-bracket", "backslash", "right-square-bracket",
                                                                  "circumflex", "underscore", "grave-accent"};
    static constexpr std::array<std::string_view, 5> kBraces = {"left-curly-bracket", "vertical-line", "right-curly-bracket", "tilde", "DEL"};
    auto in = [&](const auto& names, int first) -> std::optional<char> {
      for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name) return static_cast<char>(first + static_cast<int>(i));
      return std::nullopt;
    };
    if (const auto c = in(kControl, 0)) return c;
    if (const auto c = in(kPunctuation, '!')) return c;
    if (const auto c = in(kBrackets, '[')) return c;
    return in(kBraces, '{');
  }

  std::string_view text_;
  std::size_t at_;
  std::size_t* end_;
  bool first_ = true;
  Token token_ = Token::End;
  std::string value_;
  Last last_ = Last::None;
  char lastChar_ = 0;
  std::bitset<256> set_;
};

}  // namespace

class RegexCompiler {
 public:
  explicit RegexCompiler(std::string_view pattern) : text_(pattern) {}

  std::optional<Regex> compile(Regex::Problem* problem) {
    TreePtr tree = text_.find('\0') == std::string_view::npos ? choice(0) : nullptr;
    if (tree && at_ == text_.size()) {
      out_.groups_ = groups_;
      const std::uint32_t end = node(Regex::Op::GroupEnd, node(Regex::Op::Accept, 0), 0);
      out_.start_ = node(Regex::Op::GroupBegin, emit(*tree, end), 0);
      if (out_.nodes_.size() <= kMaxNodes) return std::move(out_);
      tooLarge_ = true;
    }
    *problem = tooLarge_ ? Regex::Problem::TooLarge : Regex::Problem::Invalid;
    return std::nullopt;
  }

 private:
  bool peek(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take(char c) {
    if (!peek(c)) return false;
    ++at_;
    return true;
  }

  TreePtr choice(std::uint32_t depth) {
    if (depth > kMaxDepth) {
      tooLarge_ = true;
      return nullptr;
    }
    TreePtr first = sequence(depth);
    if (!first || !peek('|')) return first;
    TreePtr out = make(Tree::Kind::Choice);
    out->children.push_back(std::move(first));
    while (take('|')) {
      out->children.push_back(sequence(depth));
      if (!out->children.back()) return nullptr;
    }
    return out;
  }

  // Terms up to '|', ')' or the end; whoever called decides whether that is the right place to stop.
  TreePtr sequence(std::uint32_t depth) {
    TreePtr out = make(Tree::Kind::Sequence);
    while (at_ < text_.size() && !peek('|') && !peek(')')) {
      if (take('^')) {
        out->children.push_back(make(Tree::Kind::LineBegin));
      } else if (take('$')) {
        out->children.push_back(make(Tree::Kind::LineEnd));
      } else {
        TreePtr term = quantified(depth);
        if (!term) return nullptr;
        out->children.push_back(std::move(term));
      }
    }
    return out;
  }

  TreePtr quantified(std::uint32_t depth) {
    TreePtr term = atom(depth);
    for (bool again = false; term; again = true) {
      if (again && isQuantifier() && ++stacked_ > kMaxDepth) {
        tooLarge_ = true;
        return nullptr;
      }
      if (take('*')) term = repeat(std::move(term), 0, std::nullopt);
      else if (take('+')) term = repeat(std::move(term), 1, std::nullopt);
      else if (take('?')) term = repeat(std::move(term), 0, 1);
      else if (take('{')) term = interval(std::move(term));
      else break;
    }
    return term;
  }

  bool isQuantifier() const { return peek('*') || peek('+') || peek('?') || peek('{'); }

  TreePtr repeat(TreePtr term, std::uint32_t least, std::optional<std::uint32_t> most) {
    TreePtr out = make(Tree::Kind::Repeat);
    out->least = least;
    out->most = most;
    out->children.push_back(std::move(term));
    return out;
  }

  std::optional<std::uint32_t> number() {
    if (at_ >= text_.size() || text_[at_] < '0' || text_[at_] > '9') return std::nullopt;
    std::uint32_t value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_)
      value = std::min(value * 10 + static_cast<std::uint32_t>(text_[at_] - '0'), kMaxNodes + 1);
    return value;
  }

  TreePtr interval(TreePtr term) {
    const auto least = number();
    if (!least) return nullptr;
    std::optional<std::uint32_t> most = least;
    if (take(',')) most = number();
    if (!take('}')) return nullptr;
    if (most && *most < *least) return nullptr;
    if (*least > kMaxNodes || (most && *most > kMaxNodes)) {
      tooLarge_ = true;
      return nullptr;
    }
    TreePtr out = repeat(std::move(term), *least, most);
    out->once = true;
    return out;
  }

  TreePtr atom(std::uint32_t depth) {
    const char c = text_[at_++];
    if (kSpecial.find(c) == std::string_view::npos) return make(Tree::Kind::Char, static_cast<unsigned char>(c));
    if (c == '.') {
      std::bitset<256> any;
      any.set();
      any.reset(0);
      return set(any);
    }
    if (c == '\\') {
      if (at_ == text_.size() || kSpecial.find(text_[at_]) == std::string_view::npos) return nullptr;
      return make(Tree::Kind::Char, static_cast<unsigned char>(text_[at_++]));
    }
    if (c == '[') {
      std::bitset<256> members;
      return Bracket(text_, &at_).parse(&members) ? set(members) : nullptr;
    }
    if (c != '(') return nullptr;  // a quantifier without anything to repeat
    TreePtr group = make(Tree::Kind::Group, ++groups_);
    TreePtr inner = choice(depth + 1);
    if (!inner || !take(')')) return nullptr;
    group->children.push_back(std::move(inner));
    return group;
  }

  TreePtr set(const std::bitset<256>& members) {
    out_.sets_.push_back(members);
    return make(Tree::Kind::Set, static_cast<std::uint32_t>(out_.sets_.size() - 1));
  }

  // Nodes are made from the end to the beginning: emit gives the first node of a tree that continues at `next`.
  std::uint32_t node(Regex::Op op, std::uint32_t next, std::uint32_t arg = 0, std::uint32_t alt = 0) {
    if (out_.nodes_.size() <= kMaxNodes) out_.nodes_.push_back({op, next, alt, arg});
    return static_cast<std::uint32_t>(out_.nodes_.size() - 1);
  }

  std::uint32_t emit(const Tree& tree, std::uint32_t next) {
    if (out_.nodes_.size() > kMaxNodes) return next;
    switch (tree.kind) {
      case Tree::Kind::Empty: return next;
      case Tree::Kind::Char: return node(Regex::Op::Char, next, tree.arg);
      case Tree::Kind::Set: return node(Regex::Op::Set, next, tree.arg);
      case Tree::Kind::LineBegin: return node(Regex::Op::LineBegin, next);
      case Tree::Kind::LineEnd: return node(Regex::Op::LineEnd, next);
      case Tree::Kind::Sequence:
        for (auto it = tree.children.rbegin(); it != tree.children.rend(); ++it) next = emit(**it, next);
        return next;
      case Tree::Kind::Choice: {
        out_.hasChoice_ = true;
        std::uint32_t rest = emit(*tree.children.back(), next);
        for (std::size_t i = tree.children.size() - 1; i-- > 0;) rest = node(Regex::Op::Either, rest, 0, emit(*tree.children[i], next));
        return rest;
      }
      case Tree::Kind::Group:
        return node(Regex::Op::GroupBegin, emit(*tree.children[0], node(Regex::Op::GroupEnd, next, tree.arg)), tree.arg);
      case Tree::Kind::Repeat: return emitRepeat(tree, next);
    }
    return next;
  }

  std::uint32_t emitRepeat(const Tree& tree, std::uint32_t next) {
    const Tree& child = *tree.children[0];
    std::uint32_t copies = tree.least;
    std::uint32_t at = next;
    if (!tree.most) {
      const bool single = child.kind == Tree::Kind::Char || child.kind == Tree::Kind::Set;
      if (single) {
        // The repeated node is never entered: the run tests bytes with it.
        at = node(Regex::Op::Run, next, emit(child, next));
      } else {
        at = node(Regex::Op::Repeat, next);
        const std::uint32_t body = emit(child, at);
        out_.nodes_[at].alt = body;
        // `x+` goes through its body once more by the same nodes; `x{1,}` has a copy.
        if (!tree.once && copies == 1) return body;
      }
    } else {
      for (std::uint32_t i = tree.least; i < *tree.most; ++i) at = node(Regex::Op::Repeat, next, 0, emit(child, at));
    }
    for (; copies > 0 && out_.nodes_.size() <= kMaxNodes; --copies) at = emit(child, at);
    return at;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t groups_ = 0;
  std::uint32_t stacked_ = 0;  // quantifiers behind quantifiers, in all
  bool tooLarge_ = false;
  Regex out_;
};

std::optional<Regex> Regex::compile(std::string_view pattern, Problem* problem) { return RegexCompiler(pattern).compile(problem); }

}  // namespace fleetd::lang
