// Places inside a JSON text, for messages.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/json.hpp"

namespace fleetd::fleet {

struct TextRange {
  std::size_t begin = 0, end = 0;
};

// A value of a JSON document with its places.
struct PlacedJson {
  const base::Json* json = nullptr;
  std::string_view name;          // of a member
  TextRange nameAt;               // quotes included; empty for what is no member
  TextRange at;                   // the value
  std::vector<PlacedJson> parts;  // members or elements, in the order of the text
  // Set by whoever judges the document: this part is wrong, and the rest is used without it, or with {} in its place.
  bool leftOut = false;
  bool emptied = false;

  PlacedJson* find(std::string_view member);
};

class PlacedDocument {
 public:
  // Strict and bounded like base::parseJson; a name that occurs twice in one object is refused. On failure `failedAt`,
  // if given, receives the place. Errors: FL0004, FL0006.
  static Result<PlacedDocument> parse(std::string_view text, TextRange* failedAt = nullptr);
  PlacedJson& root() { return root_; }
  const PlacedJson& root() const { return root_; }
  const base::Json& json() const { return *json_; }

 private:
  std::unique_ptr<base::Json> json_;
  PlacedJson root_;
};

// Where the name of a member stands, quotes included; a number as text selects an element of a list. Nothing when there
// is no such member, or the text is no JSON.
std::optional<TextRange> jsonPlace(std::string_view text, const std::vector<std::string>& path);

}  // namespace fleetd::fleet
