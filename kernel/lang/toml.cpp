// TOML documents: tables, dotted keys, arrays of tables, and what may be defined twice.
#include "kernel/lang/toml.hpp"

#include <deque>
#include <map>

#include "kernel/base/text.hpp"
#include "kernel/lang/toml_scanner.hpp"

namespace fleetd::lang {

namespace {

constexpr std::size_t kMaxDepth = 500;  // of keys and values below a header; conversion recurses

// A key's meaning so far. Tables grow until the end of the document, so values are made last.
struct Node {
  enum class Kind : std::uint8_t { Leaf, Table, Tables };
  // How a table came to be decides what may add to it later.
  enum class Origin : std::uint8_t { Implied, Header, Dotted, Closed };
  Kind kind = Kind::Table;
  Origin origin = Origin::Implied;
  Value leaf;
  std::map<std::string, Node*> members;
  std::vector<Node*> tables;
};

class TomlReader {
 public:
  TomlReader(Evaluator& ev, std::string_view text) : ev_(ev), in_(text) {}

  Value read() {
    Node* table = root_ = make();
    while (in_.error().empty() && in_.blankLines() && !in_.atEnd()) {
      if (in_.take('[')) {
        table = header();
        if (!table) break;
      } else if (!pair(table)) {
        break;
      }
      if (!in_.endOfLine()) break;
    }
    if (!in_.error().empty()) return ev_.fail(ErrorKind::Data, 0, "while parsing TOML: {}", in_.error());
    return valueOf(*root_);
  }

 private:
  Node* make(Node::Origin origin = Node::Origin::Implied) {
    Node& node = nodes_.emplace_back();
    node.origin = origin;
    return &node;
  }

  bool fail(std::string_view message) { return in_.fail(message); }

  // [a.b] and [[a.b]]; the first bracket is taken.
  Node* header() {
    const bool array = in_.take('[');
    std::vector<std::string> path;
    if (!in_.key(&path) || !within(path.size())) return nullptr;
    if (!in_.take(']') || (array && !in_.take(']'))) return fail("expected ']'"), nullptr;
    Node* table = root_;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      Node*& next = table->members[path[i]];
      if (!next) next = make();
      table = enter(next, path[i]);
      if (!table) return nullptr;
    }
    Node*& last = table->members[path.back()];
    return array ? openElement(last, path.back()) : openTable(last, path.back());
  }

  bool within(std::size_t depth) { return depth <= kMaxDepth || fail("keys and values nest too deeply"); }

  // The table a header continues in: of an array of tables the newest element.
  Node* enter(Node* node, const std::string& name) {
    if (node->kind == Node::Kind::Tables) return node->tables.back();
    if (node->kind == Node::Kind::Table && node->origin != Node::Origin::Closed) return node;
    fail("'" + name + "' is not a table that can be extended");
    return nullptr;
  }

  Node* openTable(Node*& node, const std::string& name) {
    if (!node) return node = make(Node::Origin::Header);
    if (node->kind == Node::Kind::Table && node->origin == Node::Origin::Implied) {
      node->origin = Node::Origin::Header;
      return node;
    }
    fail("'" + name + "' is defined twice");
    return nullptr;
  }

  Node* openElement(Node*& node, const std::string& name) {
    if (!node) {
      node = make();
      node->kind = Node::Kind::Tables;
    }
    if (node->kind != Node::Kind::Tables) return fail("'" + name + "' is defined twice"), nullptr;
    return node->tables.emplace_back(make(Node::Origin::Header));
  }

  // key = value, into `table`.
  bool pair(Node* table) {
    std::vector<std::string> path;
    if (!in_.key(&path) || !within(path.size() + depth_)) return false;
    if (!in_.take('=')) return fail("expected '='");
    depth_ += path.size();
    const bool fine = assign(table, path);
    depth_ -= path.size();
    return fine;
  }

  bool assign(Node* table, const std::vector<std::string>& path) {
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      Node*& next = table->members[path[i]];
      if (!next) next = make(Node::Origin::Dotted);
      if (next->kind != Node::Kind::Table || next->origin == Node::Origin::Closed ||
          next->origin == Node::Origin::Header)
        return fail("'" + path[i] + "' cannot be extended here");
      table = next;
    }
    Node*& last = table->members[path.back()];
    if (last) return fail("'" + path.back() + "' is defined twice");
    in_.blanks();
    return value(last);
  }

  bool value(Node*& node) {
    if (!within(++depth_)) return false;
    node = make(Node::Origin::Closed);
    node->kind = Node::Kind::Leaf;
    const bool fine = in_.peek() == '{' ? inlineTable(*node) : leaf(node->leaf);
    --depth_;
    return fine;
  }

  bool leaf(Value& out) {
    switch (in_.peek()) {
      case '"':
      case '\'': {
        std::string text;
        if (!in_.string(&text)) return false;
        out = ev_.string(text);
        return true;
      }
      case '[': return array(out);
      case 't': return word("true", out, true);
      case 'f': return word("false", out, false);
      default: {
        const auto number = in_.number();
        if (!number) return false;
        out = number->isFloat ? Value::of(number->real) : Value::of(number->integer);
        return true;
      }
    }
  }

  bool word(std::string_view text, Value& out, bool truth) {
    if (!in_.startsWith(text)) return fail("unknown value");
    in_.skip(text.size());
    out = Value::of(truth);
    return true;
  }

  bool array(Value& out) {
    in_.skip(1);
    std::vector<Value> elements;
    for (;;) {
      if (!in_.blankLines()) return false;
      if (in_.take(']')) break;
      Node* element = nullptr;
      if (!value(element)) return false;
      elements.push_back(valueOf(*element));
      if (!in_.blankLines()) return false;
      if (in_.take(']')) break;
      if (!in_.take(',')) return fail("expected ',' or ']'");
    }
    out = ev_.list(elements);
    return true;
  }

  bool inlineTable(Node& node) {
    in_.skip(1);
    node.kind = Node::Kind::Table;
    node.origin = Node::Origin::Implied;  // open to its own dotted keys, closed behind the brace
    in_.blanks();
    bool first = true;
    while (!in_.take('}')) {
      if (!first && !in_.take(',')) return fail("expected ',' or '}'");
      first = false;
      in_.blanks();
      if (!pair(&node)) return false;
      in_.blanks();
    }
    close(node);
    return true;
  }

  void close(Node& node) {
    node.origin = Node::Origin::Closed;
    for (auto& [name, member] : node.members)
      if (member->kind == Node::Kind::Table && member->origin != Node::Origin::Closed) close(*member);
  }

  Value valueOf(const Node& node) {
    if (node.kind == Node::Kind::Leaf) return node.leaf;
    if (node.kind == Node::Kind::Tables) {
      std::vector<Value> elements;
      for (const Node* table : node.tables) elements.push_back(valueOf(*table));
      return ev_.list(elements);
    }
    std::vector<Attr> items;
    for (const auto& [name, member] : node.members) items.push_back({ev_.symbol(name), 0, valueOf(*member)});
    return ev_.attrs(items);
  }

  Evaluator& ev_;
  TomlScanner in_;
  std::deque<Node> nodes_;
  Node* root_ = nullptr;
  std::size_t depth_ = 0;  // of the value being read below the table of its pair
};

}  // namespace

Value fromToml(Evaluator& ev, std::string_view text) {
  if (base::invalidUtf8At(text)) return ev.failText(ErrorKind::Data, 0, "while parsing TOML: the text is not UTF-8");
  return TomlReader(ev, text).read();
}

}  // namespace fleetd::lang
