// Building trees. Their readers are in files of their own.
#include "plugins/vars/sops/tree.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace fleetd::vars::sops {

namespace {

constexpr std::size_t kMaxDepth = 64, kMaxNodes = 200'000;

}  // namespace

fleet::Error malformed(std::string what) { return age::error("SOPS02", "not a file of sops: " + std::move(what)); }

std::string_view kindName(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::Null: return "nothing";
    case Node::Kind::Map: return "a mapping";
    case Node::Kind::List: return "a list";
    case Node::Kind::Text: return "a text";
    case Node::Kind::Int:
    case Node::Kind::Float: return "a number";
    case Node::Kind::Bool: return "true or false";
    case Node::Kind::Time: return "a time";
  }
  return "something else";
}

const Node* Node::find(std::string_view name) const {
  for (const auto& [key, value] : members)
    if (key == name) return &value;
  return nullptr;
}

const std::string* Node::textOf(std::string_view name) const {
  const Node* value = find(name);
  return value && value->kind == Kind::Text ? &value->text : nullptr;
}

// Where the next value belongs. Pointers into a list or mapping stay, as it only grows once what was put last is
// closed.
fleet::Result<Node*> TreeBuilder::place() {
  if (++count_ > kMaxNodes) return malformed("it has more than " + std::to_string(kMaxNodes) + " values");
  if (open_.empty()) {
    if (begun_) return malformed("it has several values at the top");
    begun_ = true;
    return &root_;
  }
  Node& parent = *open_.back();
  if (parent.kind == Node::Kind::List) return &parent.items.emplace_back();
  if (!std::exchange(hasKey_, false)) return malformed("a mapping has a value without a key");
  return &parent.members.back().value;
}

fleet::Result<void> TreeBuilder::begin(Node::Kind kind, unsigned line) {
  if (open_.size() >= kMaxDepth)
    return malformed("it is nested more than " + std::to_string(kMaxDepth) + " levels deep");
  FLEET_TRY_ASSIGN(Node * node, place());
  node->kind = kind;
  node->line = line;
  open_.push_back(node);
  return {};
}

fleet::Result<void> TreeBuilder::key(std::string name) {
  if (open_.empty() || open_.back()->kind != Node::Kind::Map || hasKey_) return malformed("a key is in a wrong place");
  open_.back()->members.push_back({std::move(name), Node{}});
  hasKey_ = true;
  return {};
}

fleet::Result<void> TreeBuilder::value(Node value) {
  FLEET_TRY_ASSIGN(Node * node, place());
  *node = std::move(value);
  return {};
}

fleet::Result<void> TreeBuilder::end() {
  if (open_.empty() || hasKey_) return malformed("it ends in a wrong place");
  const Node& done = *open_.back();
  std::vector<std::string_view> names;
  for (const auto& [name, value] : done.members) names.push_back(name);
  std::sort(names.begin(), names.end());
  if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end())
    return malformed("the key `" + std::string(twice->substr(0, 80)) + "` is there twice" +
                     (done.line ? " in the mapping of line " + std::to_string(done.line) : ""));
  open_.pop_back();
  return {};
}

fleet::Result<Node> TreeBuilder::finish() {
  if (!begun_ || !open_.empty() || root_.kind != Node::Kind::Map) return malformed("there is no mapping at its top");
  return std::move(root_);
}

std::string goFloat(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  std::string out;
  if (text.starts_with('-')) {
    out = "-";
    text.remove_prefix(1);
  }
  const std::size_t mark = text.find('e');
  int exponent = 0;
  std::string_view power = text.substr(mark + 1);
  if (power.starts_with('+')) power.remove_prefix(1);
  std::from_chars(power.data(), power.data() + power.size(), exponent);
  std::string digits;
  for (const char c : text.substr(0, mark))
    if (c != '.') digits += c;
  const auto point = static_cast<std::ptrdiff_t>(exponent) + 1;  // digits before it
  const auto size = static_cast<std::ptrdiff_t>(digits.size());
  if (point <= 0) return out + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  if (point >= size) return out + digits + std::string(static_cast<std::size_t>(point - size), '0');
  return out + digits.substr(0, static_cast<std::size_t>(point)) + "." + digits.substr(static_cast<std::size_t>(point));
}

}  // namespace fleetd::vars::sops
