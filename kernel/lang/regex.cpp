// Compiles POSIX extended regular expressions into a graph of nodes.
#include "kernel/lang/regex.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "kernel/lang/regex_bracket.hpp"

namespace fleetd::lang {

namespace {

constexpr std::uint32_t kMaxNodes = 100'000;  // as libstdc++
constexpr std::uint32_t kMaxDepth = 1000;     // nested groups and stacked quantifiers
constexpr std::string_view kSpecial = ".[\\()*+?{|^$";

struct Tree {
  enum class Kind : std::uint8_t { Empty, Char, Set, LineBegin, LineEnd, Sequence, Choice, Group, Repeat };
  Kind kind = Kind::Empty;
  std::uint32_t arg = 0;              // Char, Set, Group
  std::uint32_t least = 0;            // Repeat
  std::optional<std::uint32_t> most;  // Repeat; none: any number
  bool once = false;                  // Repeat: written `?` or `{n,m}`, at most `most` copies
  std::vector<std::unique_ptr<Tree>> children;
};
using TreePtr = std::unique_ptr<Tree>;

TreePtr make(Tree::Kind kind, std::uint32_t arg = 0) {
  auto tree = std::make_unique<Tree>();
  tree->kind = kind;
  tree->arg = arg;
  return tree;
}

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
      if (take('*'))
        term = repeat(std::move(term), 0, std::nullopt);
      else if (take('+'))
        term = repeat(std::move(term), 1, std::nullopt);
      else if (take('?'))
        term = repeat(std::move(term), 0, 1);
      else if (take('{'))
        term = interval(std::move(term));
      else
        break;
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
      return readBracket(text_, &at_, &members) ? set(members) : nullptr;
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
        for (std::size_t i = tree.children.size() - 1; i-- > 0;)
          rest = node(Regex::Op::Either, rest, 0, emit(*tree.children[i], next));
        return rest;
      }
      case Tree::Kind::Group:
        return node(Regex::Op::GroupBegin, emit(*tree.children[0], node(Regex::Op::GroupEnd, next, tree.arg)),
                    tree.arg);
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

std::optional<Regex> Regex::compile(std::string_view pattern, Problem* problem) {
  return RegexCompiler(pattern).compile(problem);
}

}  // namespace fleetd::lang
