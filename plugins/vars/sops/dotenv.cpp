// KEY=value, one a line. What belongs to sops has keys such as sops_age__list_0__map_enc.
#include <algorithm>
#include <charconv>

#include "plugins/vars/sops/tree.hpp"

namespace fleetd::vars::sops {

namespace {

constexpr std::string_view kOurs = "sops_", kMap = "__map_", kList = "__list_";
constexpr std::size_t kMostLines = 1000, kMostItems = 256, kMostSteps = 8;

// "\n" stands for the end of a line.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool isEnd = text[i] == '\\' && i + 1 < text.size() && text[i + 1] == 'n';
    out += isEnd ? '\n' : text[i];
    i += isEnd ? 1 : 0;
  }
  return out;
}

Node textNode(std::string text, unsigned line) {
  Node out;
  out.kind = Node::Kind::Text;
  out.text = std::move(text);
  out.line = line;
  return out;
}

Node& member(Node& map, std::string_view name) {
  for (auto& [key, value] : map.members)
    if (key == name) return value;
  map.members.push_back({std::string(name), Node{}});
  return map.members.back().value;
}

// The value that "age__list_0__map_enc" stands for.
fleet::Result<Node*> placeOf(Node& top, std::string_view path) {
  Node* at = &top;
  Node::Kind kind = Node::Kind::Map;
  for (std::size_t steps = 0; steps < kMostSteps; ++steps) {
    const std::size_t end = std::min({path.find(kMap), path.find(kList), path.size()});
    const std::string_view step = path.substr(0, end);
    if (at->kind != Node::Kind::Null && at->kind != kind) return malformed("its metadata is garbled");
    at->kind = kind;
    if (kind == Node::Kind::Map) {
      at = &member(*at, step);
    } else {
      std::size_t index = 0;
      const auto read = std::from_chars(step.data(), step.data() + step.size(), index);
      if (step.empty() || read.ec != std::errc() || read.ptr != step.data() + step.size() || index >= kMostItems)
        return malformed("its metadata is garbled");
      if (at->items.size() <= index) at->items.resize(index + 1);
      at = &at->items[index];
    }
    if (end == path.size()) return at;
    kind = path.substr(end).starts_with(kMap) ? Node::Kind::Map : Node::Kind::List;
    path.remove_prefix(end + (kind == Node::Kind::Map ? kMap : kList).size());
  }
  return malformed("its metadata is garbled");
}

}  // namespace

fleet::Result<Node> readDotenv(std::string_view text) {
  TreeBuilder builder;
  Node metadata;
  metadata.kind = Node::Kind::Map;
  FLEET_TRY(builder.begin(Node::Kind::Map, 1));
  unsigned number = 0;
  std::size_t ours = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return malformed("line " + std::to_string(number) + ": neither KEY=value nor a comment");
    const std::string_view name = line.substr(0, equals), value = line.substr(equals + 1);
    if (!name.starts_with(kOurs)) {
      FLEET_TRY(builder.key(std::string(name)));
      FLEET_TRY(builder.value(textNode(unescaped(value), number)));
      continue;
    }
    if (++ours > kMostLines) return malformed("its metadata is too long");
    FLEET_TRY_ASSIGN(Node * place, placeOf(metadata, name.substr(kOurs.size())));
    if (place->kind != Node::Kind::Null) return malformed("line " + std::to_string(number) + ": it is there twice");
    *place = textNode(unescaped(value), number);
  }
  if (ours > 0) {
    FLEET_TRY(builder.key("sops"));
    FLEET_TRY(builder.value(std::move(metadata)));
  }
  FLEET_TRY(builder.end());
  return builder.finish();
}

}  // namespace fleetd::vars::sops
