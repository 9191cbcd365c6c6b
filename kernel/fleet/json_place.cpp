// A walk over a JSON text that is known to be well-formed.
#include "kernel/fleet/json_place.hpp"

#include "kernel/base/json.hpp"

namespace fleetd::fleet {

namespace {

class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  std::optional<TextRange> find(const std::vector<std::string>& path) {
    TextRange found{0, text_.size()};
    for (const std::string& name : path) {
      blanks();
      const char open = at();
      if (open != '{' && open != '[') return std::nullopt;
      const auto next = open == '{' ? member(name) : element(name);
      if (!next) return std::nullopt;
      found = *next;
    }
    return found;
  }

 private:
  char at() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void blanks() {
    while (at() == ' ' || at() == '\t' || at() == '\n' || at() == '\r' || at() == ',' || at() == ':') ++at_;
  }
  TextRange string() {
    const std::size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2U : 1U;
    at_ = std::min(at_ + 1, text_.size());
    return {begin, at_};
  }
  TextRange value() {
    const std::size_t begin = at_;
    for (std::size_t depth = 0; at_ < text_.size();) {
      const char c = at();
      if (c == '"') {
        static_cast<void>(string());
        if (depth == 0) break;
        continue;
      }
      const bool closes = c == '}' || c == ']';
      if (depth == 0 && (closes || c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r')) break;
      if (c == '{' || c == '[') ++depth;
      if (closes) --depth;
      ++at_;
      if (depth == 0 && closes) break;
    }
    return {begin, at_};
  }

  std::optional<TextRange> member(const std::string& name) {
    std::optional<TextRange> found;
    for (++at_, blanks(); at() == '"'; blanks()) {
      const TextRange key = string();
      const auto json = base::parseJson(text_.substr(key.begin, key.end - key.begin));
      blanks();
      if (json && json->asString() && *json->asString() == name) return key;
      static_cast<void>(value());
    }
    return found;
  }
  std::optional<TextRange> element(const std::string& number) {
    std::size_t index = 0;
    for (++at_, blanks(); at_ < text_.size() && at() != ']'; blanks(), ++index) {
      const std::size_t begin = at_;
      const TextRange one = value();
      if (std::to_string(index) != number) continue;
      at_ = begin;
      return one;
    }
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<TextRange> jsonPlace(std::string_view text, const std::vector<std::string>& path) {
  return Walk(text).find(path);
}

}  // namespace fleetd::fleet
