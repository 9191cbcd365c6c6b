// The reader for JSON. Files of sops are many and mostly long strings, and a fleet's are all read to see who they are
// for: runs of plain characters are taken at once, where a general reader looks at each several times.
#include <array>
#include <charconv>
#include <cstdint>

#include <fleet/cxx/utf8.hpp>

#include "plugins/vars/sops/tree.hpp"

namespace fleetd::vars::sops {

namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// Characters a string may hold as they are.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> out{};
  for (std::size_t c = 0x20; c < out.size(); ++c) out[c] = c != '"' && c != '\\';
  return out;
}();

void appendUtf8(std::string& out, std::uint32_t c) {
  const auto add = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xc0 | c >> 6);
    add(0x80 | (c & 0x3f));
  } else {
    if (c < 0x10000) {
      add(0xe0 | c >> 12);
    } else {
      add(0xf0 | c >> 18);
      add(0x80 | (c >> 12 & 0x3f));
    }
    add(0x80 | (c >> 6 & 0x3f));
    add(0x80 | (c & 0x3f));
  }
}

class Reader {
 public:
  explicit Reader(std::string_view text) : at_(text.data()), begin_(text.data()), end_(text.data() + text.size()) {}

  fleet::Result<Node> run() {
    if (std::string_view(at_, left()).starts_with("\xef\xbb\xbf")) at_ += 3;  // some editors begin a file with it
    space();
    FLEET_TRY(value());
    space();
    if (left() > 0) return wrong();
    return builder_.finish();
  }

 private:
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  bool takes(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  void space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
  }
  fleet::Error wrong() const {
    return malformed("it is no JSON object: there is a mistake at byte " + std::to_string(at_ - begin_ + 1));
  }

  // The builder bounds the depth.
  fleet::Result<void> value() {
    if (at_ == end_) return wrong();
    if (*at_ == '{') return object();
    if (*at_ == '[') return list();
    Node node;
    if (takes('"')) {
      node.kind = Node::Kind::Text;
      FLEET_TRY(string(node.text));
    } else if (word("true") || word("false")) {
      node.kind = Node::Kind::Bool;
      node.text = at_[-2] == 'u' ? "True" : "False";
    } else if (!word("null")) {
      FLEET_TRY(number(node));
    }
    return builder_.value(std::move(node));
  }

  fleet::Result<void> object() {
    ++at_;
    FLEET_TRY(builder_.begin(Node::Kind::Map, 0));
    space();
    if (takes('}')) return builder_.end();
    for (;;) {
      std::string name;
      if (!takes('"')) return wrong();
      FLEET_TRY(string(name));
      FLEET_TRY(builder_.key(std::move(name)));
      space();
      if (!takes(':')) return wrong();
      space();
      FLEET_TRY(value());
      space();
      if (takes('}')) return builder_.end();
      if (!takes(',')) return wrong();
      space();
    }
  }

  fleet::Result<void> list() {
    ++at_;
    FLEET_TRY(builder_.begin(Node::Kind::List, 0));
    space();
    if (takes(']')) return builder_.end();
    for (;;) {
      FLEET_TRY(value());
      space();
      if (takes(']')) return builder_.end();
      if (!takes(',')) return wrong();
      space();
    }
  }

  bool word(std::string_view wanted) {
    if (!std::string_view(at_, left()).starts_with(wanted)) return false;
    at_ += wanted.size();
    return true;
  }

  // What follows a quotation mark, and the one that ends it.
  fleet::Result<void> string(std::string& out) {
    for (;;) {
      const char* const run = at_;
      unsigned bits = 0;
      for (; at_ != end_ && kPlain[static_cast<std::uint8_t>(*at_)]; ++at_) bits |= static_cast<std::uint8_t>(*at_);
      const std::string_view plain(run, static_cast<std::size_t>(at_ - run));
      if (bits >= 0x80 && !fleet::isUtf8(plain)) {
        at_ = run;
        return wrong();
      }
      out += plain;
      if (takes('"')) return {};
      if (!takes('\\')) return wrong();
      FLEET_TRY(escape(out));
    }
  }

  fleet::Result<void> escape(std::string& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
    if (at_ == end_) return wrong();
    if (const std::size_t which = kNames.find(*at_); which != std::string_view::npos) {
      out += kMeant[which];
      ++at_;
      return {};
    }
    std::uint32_t c = 0, low = 0;
    if (!takes('u') || !unit(c)) return wrong();
    if (c >= 0xdc00 && c <= 0xdfff) return wrong();
    if (c >= 0xd800 && c <= 0xdbff) {
      if (!takes('\\') || !takes('u') || !unit(low) || low < 0xdc00 || low > 0xdfff) return wrong();
      c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    appendUtf8(out, c);
    return {};
  }

  bool unit(std::uint32_t& out) {
    constexpr std::size_t kDigits = 4;
    if (left() < kDigits) return false;
    const auto done = std::from_chars(at_, at_ + kDigits, out, 16);
    if (done.ec != std::errc() || done.ptr != at_ + kDigits) return false;
    at_ += kDigits;
    return true;
  }

  // As it is in the file; what does not fit into an integer is a floating point number.
  fleet::Result<void> number(Node& node) {
    const char* const from = at_;
    takes('-');
    if (!takes('0') && !digits()) return wrong();
    bool isInteger = true;
    if (takes('.')) {
      isInteger = false;
      if (!digits()) return wrong();
    }
    if (takes('e') || takes('E')) {
      isInteger = false;
      if (!takes('+')) takes('-');
      if (!digits()) return wrong();
    }
    if (isInteger && (*from == '-' ? integer<std::int64_t>(from, node) : integer<std::uint64_t>(from, node))) return {};
    double number = 0;
    if (std::from_chars(from, at_, number).ec != std::errc()) {  // nothing can hold it
      at_ = from;
      return wrong();
    }
    node.kind = Node::Kind::Float;
    node.text = goFloat(number);
    return {};
  }

  bool digits() {
    const char* const from = at_;
    while (at_ != end_ && isDigit(*at_)) ++at_;
    return at_ != from;
  }

  template <class Number>
  bool integer(const char* from, Node& node) const {
    Number number = 0;
    if (std::from_chars(from, at_, number).ec != std::errc()) return false;
    node.kind = Node::Kind::Int;
    node.text = std::to_string(number);
    return true;
  }

  const char *at_, *begin_, *end_;
  TreeBuilder builder_;
};

}  // namespace

fleet::Result<Node> readJson(std::string_view text) { return Reader(text).run(); }

}  // namespace fleetd::vars::sops
