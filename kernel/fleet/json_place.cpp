// Walks over a JSON text that is known to be well-formed and not too deep.
#include "kernel/fleet/json_place.hpp"

#include <algorithm>
#include <unordered_set>

#include <fmt/core.h>

#include "kernel/base/text.hpp"

namespace fleetd::fleet {

namespace {

using base::Json;

class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  // The first name that its object has already.
  std::optional<TextRange> twice() {
    blanks();
    const char open = at();
    if (open != '{' && open != '[') {
      static_cast<void>(scalar());
      return std::nullopt;
    }
    std::unordered_set<std::string> seen;
    for (++at_, blanks(); at_ < text_.size() && at() != '}' && at() != ']'; blanks()) {
      if (open == '{') {
        const TextRange name = string();
        if (!seen.insert(decoded(name)).second) return name;
        blanks();
      }
      if (auto found = twice()) return found;
    }
    ++at_;
    return std::nullopt;
  }

  void place(const Json& json, PlacedJson& out) {
    blanks();
    out.json = &json;
    const std::size_t begin = at_;
    if (const auto* members = json.asObject()) {
      out.parts.reserve(members->size());
      ++at_;
      for (const auto& [name, value] : *members) {
        blanks();
        PlacedJson& part = out.parts.emplace_back();
        part.name = name;
        part.nameAt = string();
        place(value, part);
      }
      blanks();
      ++at_;
    } else if (const auto* items = json.asArray()) {
      out.parts.reserve(items->size());
      ++at_;
      for (const Json& item : *items) place(item, out.parts.emplace_back());
      blanks();
      ++at_;
    } else {
      static_cast<void>(scalar());
    }
    out.at = {begin, std::min(at_, text_.size())};
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
  TextRange scalar() {
    if (at() == '"') return string();
    const std::size_t begin = at_;
    constexpr std::string_view kEnds = ",]} \t\r\n";
    while (at_ < text_.size() && kEnds.find(text_[at_]) == std::string_view::npos) ++at_;
    return {begin, at_};
  }
  std::string decoded(TextRange name) const {
    const auto whole = text_.substr(name.begin, name.end - name.begin);
    if (whole.find('\\') == std::string_view::npos) return std::string(whole.substr(1, whole.size() - 2));
    const auto json = base::parseJson(whole);
    return json && json->asString() ? *json->asString() : std::string(whole);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

PlacedJson* PlacedJson::find(std::string_view member) {
  if (!json || !json->asObject()) return nullptr;
  for (PlacedJson& part : parts)
    if (part.name == member) return &part;
  return nullptr;
}

Result<PlacedDocument> PlacedDocument::parse(std::string_view text, TextRange* failedAt) {
  std::size_t offset = 0;
  auto json = base::parseJson(text, {}, &offset);
  if (!json) {
    if (failedAt) *failedAt = {offset, std::min(offset + 1, text.size())};
    return std::move(json).error();
  }
  if (const auto again = Walk(text).twice()) {
    if (failedAt) *failedAt = *again;
    return Error{base::Code::FL0006,
                 fmt::format("the name {} occurs twice in one object",
                             base::sanitize(text.substr(again->begin, again->end - again->begin))),
                 "",
                 {}};
  }
  PlacedDocument out;
  out.json_ = std::make_unique<Json>(*std::move(json));
  Walk(text).place(*out.json_, out.root_);
  return out;
}

std::optional<TextRange> jsonPlace(std::string_view text, const std::vector<std::string>& path) {
  auto document = PlacedDocument::parse(text);
  if (!document) return std::nullopt;
  TextRange found{0, text.size()};
  PlacedJson* at = &document->root();
  for (const std::string& name : path) {
    PlacedJson* next = at->find(name);
    if (!next && at->json->asArray())
      for (std::size_t i = 0; i < at->parts.size(); ++i)
        if (std::to_string(i) == name) next = &at->parts[i];
    if (!next) return std::nullopt;
    found = next->nameAt.end > next->nameAt.begin ? next->nameAt : next->at;
    at = next;
  }
  return found;
}

}  // namespace fleetd::fleet
