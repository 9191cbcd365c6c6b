// YAML, read with libyaml: block and flow mappings, lists and values of one document. Plain values mean what they mean
// to sops (YAML 1.2 with Go's numbers). Aliases and tags are refused: sops writes none.
#include <array>
#include <charconv>
#include <cstdlib>

#include <yaml.h>

#include "plugins/vars/sops/tree.hpp"

namespace fleetd::vars::sops {

namespace {

using Kind = Node::Kind;

class Parser {
 public:
  explicit Parser(std::string_view text) : fine_(yaml_parser_initialize(&parser_) == 1) {
    if (!fine_) return;
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() {
    if (fine_) yaml_parser_delete(&parser_);
  }
  bool next(yaml_event_t& event) { return fine_ && yaml_parser_parse(&parser_, &event) == 1; }
  fleet::Error why() const {
    if (!fine_ || !parser_.problem) return malformed("it is no YAML");
    return malformed("line " + std::to_string(parser_.problem_mark.line + 1) + ": " + parser_.problem);
  }

 private:
  yaml_parser_t parser_{};
  bool fine_;
};

struct Event {
  yaml_event_t is{};
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&is); }
  unsigned line() const { return static_cast<unsigned>(is.start_mark.line + 1); }
};

fleet::Error notUnderstood(unsigned line, const std::string& what) {
  return age::error(
      "SOPS05", "line " + std::to_string(line) + ": " + what + " cannot be read here",
      "`sops --decrypt --output-type json FILE` shows the values; `fleetd secrets set` takes one of them");
}

bool isAmong(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const auto word : words)
    if (text == word) return true;
  return false;
}

// As Go reads an integer of any base, underscores left out. Nothing: it is none, or too large.
std::optional<std::string> integerOf(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char mark = text[1];
    base = mark == 'x' || mark == 'X' ? 16 : mark == 'b' || mark == 'B' ? 2 : 8;
    text.remove_prefix(mark == 'o' || mark == 'O' || base != 8 ? 2 : 1);
  }
  std::uint64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 63;
  if (value > kMost || (value == kMost && !negative)) return std::nullopt;
  return (negative && value > 0 ? "-" : "") + std::to_string(value);
}

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool looksLikeFloat(std::string_view text) {
  const auto digits = [&] {
    std::size_t count = 0;
    while (count < text.size() && isDigit(text[count])) ++count;
    text.remove_prefix(count);
    return count;
  };
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t before = digits();
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (digits() == 0 && before == 0) return false;
  } else if (before == 0) {
    return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return text.empty();
}

// A time begins like 2026-…; 2026-11-28 and 2026-11-28T08:00:00Z are understood. Nothing: it is no time; an empty text:
// one that is written in another way.
std::optional<std::string> timeOf(std::string_view text) {
  if (text.size() < 6 || text[4] != '-') return std::nullopt;
  for (std::size_t i = 0; i < 4; ++i)
    if (!isDigit(text[i])) return std::nullopt;
  const auto fits = [&](std::string_view form) {
    if (text.size() != form.size()) return false;
    for (std::size_t i = 0; i < form.size(); ++i)
      if (form[i] == '0' ? !isDigit(text[i]) : text[i] != form[i]) return false;
    return true;
  };
  if (fits("0000-00-00")) return std::string(text) + "T00:00:00Z";
  if (fits("0000-00-00T00:00:00Z")) return std::string(text);
  for (const char c : text)
    if (!isDigit(c) && std::string_view("-:.+ TtZ").find(c) == std::string_view::npos) return std::nullopt;
  return std::string();
}

// What a plain value is to sops.
Node plain(std::string text) {
  Node out;
  out.kind = Kind::Text;
  out.text = std::move(text);
  const std::string& is = out.text;
  const auto become = [&](Kind kind, std::string canonical) {
    out.kind = kind;
    out.text = std::move(canonical);
    return std::move(out);
  };
  if (isAmong(is, {"", "~", "null", "Null", "NULL"})) return become(Kind::Null, "");
  if (isAmong(is, {"true", "True", "TRUE"})) return become(Kind::Bool, "True");
  if (isAmong(is, {"false", "False", "FALSE"})) return become(Kind::Bool, "False");
  if (isAmong(is, {".nan", ".NaN", ".NAN"})) return become(Kind::Float, "NaN");
  if (isAmong(is, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"})) return become(Kind::Float, "+Inf");
  if (isAmong(is, {"-.inf", "-.Inf", "-.INF"})) return become(Kind::Float, "-Inf");
  if (!isDigit(is[0]) && is[0] != '-' && is[0] != '+' && is[0] != '.') return out;
  if (auto time = timeOf(is)) return become(Kind::Time, *std::move(time));
  std::string number;
  for (const char c : is)
    if (c != '_') number += c;
  if (auto integer = integerOf(number)) return become(Kind::Int, *std::move(integer));
  if (!looksLikeFloat(number)) return out;
  return become(Kind::Float, goFloat(std::strtod(number.c_str(), nullptr)));
}

fleet::Result<Node> scalar(const Event& event) {
  const auto& is = event.is.data.scalar;
  Node out;
  std::string text(reinterpret_cast<const char*>(is.value), is.length);
  const std::string_view tag = is.tag ? reinterpret_cast<const char*>(is.tag) : "";
  const bool asText = is.quoted_implicit || tag == "!" || tag == YAML_STR_TAG;
  if (!tag.empty() && !asText) return notUnderstood(event.line(), "the tag " + std::string(tag.substr(0, 80)));
  if (is.style == YAML_PLAIN_SCALAR_STYLE && tag.empty()) {
    out = plain(std::move(text));
  } else {
    out.kind = Kind::Text;
    out.text = std::move(text);
  }
  out.line = event.line();
  return out;
}

// The events of one file, one at a time.
class Reader {
 public:
  // True: it is the end.
  fleet::Result<bool> take(const Event& event) {
    switch (event.is.type) {
      case YAML_STREAM_END_EVENT: return true;
      case YAML_DOCUMENT_START_EVENT:
        if (++documents_ > 1) return notUnderstood(event.line(), "a second document");
        return false;
      case YAML_ALIAS_EVENT: return notUnderstood(event.line(), "an alias");
      case YAML_MAPPING_START_EVENT: return open(Kind::Map, event, event.is.data.mapping_start.tag);
      case YAML_SEQUENCE_START_EVENT: return open(Kind::List, event, event.is.data.sequence_start.tag);
      case YAML_MAPPING_END_EVENT:
      case YAML_SEQUENCE_END_EVENT: {
        kinds_.pop_back();
        FLEET_TRY(builder_.end());
        wantsKey_ = !kinds_.empty() && kinds_.back() == Kind::Map;
        return false;
      }
      case YAML_SCALAR_EVENT: return value(event);
      default: return false;
    }
  }
  fleet::Result<Node> finish() { return builder_.finish(); }

 private:
  fleet::Result<bool> open(Kind kind, const Event& event, const unsigned char* tag) {
    if (tag) return notUnderstood(event.line(), "a tag");
    if (wantsKey_) return notUnderstood(event.line(), "a key that is no text");
    FLEET_TRY(builder_.begin(kind, event.line()));
    kinds_.push_back(kind);
    wantsKey_ = kind == Kind::Map;
    return false;
  }
  fleet::Result<bool> value(const Event& event) {
    if (wantsKey_) {
      const auto& is = event.is.data.scalar;
      wantsKey_ = false;
      FLEET_TRY(builder_.key({reinterpret_cast<const char*>(is.value), is.length}));
      return false;
    }
    FLEET_TRY_ASSIGN(Node node, scalar(event));
    FLEET_TRY(builder_.value(std::move(node)));
    wantsKey_ = !kinds_.empty() && kinds_.back() == Kind::Map;
    return false;
  }

  TreeBuilder builder_;
  std::vector<Kind> kinds_;
  bool wantsKey_ = false;
  unsigned documents_ = 0;
};

}  // namespace

fleet::Result<Node> readYaml(std::string_view text) {
  Parser parser(text);
  Reader reader;
  for (;;) {
    Event event;
    if (!parser.next(event.is)) return parser.why();
    FLEET_TRY_ASSIGN(const bool done, reader.take(event));
    if (done) return reader.finish();
  }
}

}  // namespace fleetd::vars::sops
