// What people often write that is no JSON, told as such.
#include "kernel/fleet/inventory_json.hpp"

#include <algorithm>

#include "kernel/base/text.hpp"

namespace fleetd::fleet {

namespace {

constexpr std::string_view kMark = "\xef\xbb\xbf";  // of UTF-8

std::string jsonHint(std::string_view text, std::size_t at) {
  if (base::trim(text).empty()) return "an inventory that says nothing is {}";
  at = std::min(at, text.size() - 1);
  if (text[at] == '/' || text[at] == '#') return "JSON has no comments";
  if (text[at] == '}' || text[at] == ']') {
    const auto before = base::trim(text.substr(0, at));
    if (before.ends_with(',')) return "no comma stands after the last entry";
  }
  if (text[at] == '\'') return "texts stand in double quotes";
  if (text[at] == '=' || text[at] == ';')
    return "this looks like Nix: JSON writes \"name\": value, with commas between";
  return {};
}

}  // namespace

Result<PlacedDocument> parseInventory(std::string_view text, TextRange* failedAt) {
  TextRange at;
  if (text.starts_with(kMark)) {
    if (failedAt) *failedAt = {0, kMark.size()};
    return Error{base::Code::FL0006,
                 "the file begins with a byte order mark, which other readers of JSON refuse",
                 "save it as UTF-8 without one",
                 {}};
  }
  if (const auto other = base::invalidUtf8At(text)) {
    if (failedAt) *failedAt = {*other, *other + 1};
    const bool wide = text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
    return Error{base::Code::FL0005, "the file is not UTF-8", wide ? "it looks like UTF-16: save it as UTF-8" : "", {}};
  }
  auto document = PlacedDocument::parse(text, &at);
  // The reader stops behind a word it does not know.
  if (!document) {
    std::size_t seen = at.begin;
    for (const std::size_t one : {at.begin, at.begin > 0 ? at.begin - 1 : 0})
      if (one < text.size() && std::string_view("/#'=;}]").find(text[one]) != std::string_view::npos) {
        seen = one;
        break;
      }
    Error error = std::move(document).error();
    error.hint = jsonHint(text, seen);
    if (failedAt) *failedAt = at;
    return error;
  }
  return document;
}

}  // namespace fleetd::fleet
