// Reading schemas in place.
#include "kernel/fleet/schema.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "kernel/fleet/schema_layout.hpp"

namespace fleetd::fleet {

using namespace schema_layout;

namespace {

std::uint32_t numberAt(std::string_view bytes, std::size_t at) {
  if (at > bytes.size() || bytes.size() - at < 4) return 0;
  std::array<std::uint8_t, 4> raw;
  std::memcpy(raw.data(), bytes.data() + at, raw.size());
  return std::uint32_t{raw[0]} | std::uint32_t{raw[1]} << 8 | std::uint32_t{raw[2]} << 16 | std::uint32_t{raw[3]} << 24;
}

Error malformed(std::string_view why) {
  return {base::Code::FL0561,
          "not a schema of this version of fleetd: " + std::string(why),
          "make it anew with `fleetd schema sync` or `fleetd schema import`",
          {}};
}

bool isFree(std::string_view name) { return name == "*" || (name.starts_with('<') && name.ends_with('>')); }

}  // namespace

Result<Schema> Schema::read(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || !bytes.starts_with(kMagic)) return malformed("it begins with other bytes");
  Schema out;
  out.bytes_ = bytes;
  std::size_t at = kMagic.size();
  const auto next = [&] {
    const std::uint32_t number = numberAt(bytes, at);
    at += 4;
    return number;
  };
  const std::uint32_t origin = next();
  out.nodes_ = next();
  out.options_ = next();
  out.covered_ = next();
  const std::uint32_t textBytes = next();
  if (origin > 1) return malformed("it is of an unknown kind");
  out.origin_ = static_cast<SchemaOrigin>(origin);
  if (out.nodes_ == 0 || out.nodes_ > kMaxNodes || out.options_ > out.nodes_ || out.covered_ > kMaxNodes)
    return malformed("its counts are not possible");
  std::memcpy(out.key_.bytes.data(), bytes.data() + at, out.key_.bytes.size());
  out.nodesAt_ = kHeaderBytes;
  out.optionsAt_ = out.nodesAt_ + std::size_t{out.nodes_} * kNodeBytes;
  out.coveredAt_ = out.optionsAt_ + std::size_t{out.options_} * kOptionBytes;
  out.textsAt_ = out.coveredAt_ + std::size_t{out.covered_} * kTextBytes;
  if (out.textsAt_ > bytes.size() || bytes.size() - out.textsAt_ != textBytes)
    return malformed("its length does not fit");
  out.source_ = out.text(at + out.key_.bytes.size());
  return out;
}

std::string_view Schema::text(std::size_t at) const {
  const std::uint32_t begin = numberAt(bytes_, at), size = numberAt(bytes_, at + 4);
  const std::string_view texts = bytes_.substr(textsAt_);
  if (begin > texts.size() || size > texts.size() - begin) return {};
  return texts.substr(begin, size);
}

std::optional<Schema::Node> Schema::node(std::uint32_t index) const {
  if (index >= nodes_) return std::nullopt;
  const std::size_t at = nodesAt_ + std::size_t{index} * kNodeBytes;
  Node out{text(at), numberAt(bytes_, at + 8), numberAt(bytes_, at + 12), numberAt(bytes_, at + 16)};
  // Children stand behind their parent, so no walk goes round in circles.
  if (out.children > 0 &&
      (out.firstChild <= index || out.firstChild > nodes_ || out.children > nodes_ - out.firstChild))
    out.children = 0;
  if (out.option > options_) out.option = 0;
  return out;
}

std::optional<std::uint32_t> Schema::child(const Node& parent, std::string_view name) const {
  std::uint32_t low = parent.firstChild, high = parent.firstChild + parent.children;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    const std::string_view there = text(nodesAt_ + std::size_t{middle} * kNodeBytes);
    if (there == name) return middle;
    if (there < name)
      low = middle + 1;
    else
      high = middle;
  }
  return std::nullopt;
}

Schema::Lookup Schema::step(std::uint32_t from, std::string_view name) const {
  Lookup out;
  out.node = from;
  const auto at = node(from);
  if (!at) return out;
  const auto next = child(*at, name);
  if (!next) {
    // A set of options with free names takes any.
    const bool free = at->children > 0 && isFree(text(nodesAt_ + std::size_t{at->firstChild} * kNodeBytes));
    out.found = free ? Found::Option : Found::Missing;
    return out;
  }
  out.node = *next;
  out.known = 1;
  out.found = node(*next)->option != 0 ? Found::Option : Found::Tree;
  return out;
}

Schema::Lookup Schema::find(std::span<const std::string_view> path) const {
  Lookup out;
  out.found = Found::Tree;
  for (const std::string_view name : path) {
    if (out.found == Found::Option) return out;
    const Lookup next = step(out.node, name);
    out = {next.found, next.node, out.known + next.known};
    if (next.found == Found::Missing) return out;
  }
  return out;
}

Schema::Lookup Schema::findInside(std::span<const std::string_view> path) const {
  Lookup out;
  Node at = *node(0);
  for (const std::string_view name : path) {
    auto next = child(at, name);
    for (std::uint32_t i = 0; !next && i < at.children; ++i)
      if (isFree(node(at.firstChild + i)->name)) next = at.firstChild + i;
    if (!next) return out;
    out.node = *next;
    ++out.known;
    at = *node(*next);
  }
  out.found = at.option != 0 ? Found::Option : Found::Tree;
  return out;
}

std::optional<Schema::Option> Schema::option(std::uint32_t index) const {
  const auto at = node(index);
  if (!at || at->option == 0) return std::nullopt;
  const std::size_t place = optionsAt_ + std::size_t{at->option - 1} * kOptionBytes;
  return Option{text(place), text(place + 8), text(place + 16), text(place + 24), numberAt(bytes_, place + 32)};
}

std::vector<std::string_view> Schema::names(std::uint32_t index) const {
  std::vector<std::string_view> out;
  const auto at = node(index);
  for (std::uint32_t i = 0; at && i < at->children; ++i) out.push_back(node(at->firstChild + i)->name);
  return out;
}

std::optional<std::uint32_t> Schema::freeChild(std::uint32_t index) const {
  const auto at = node(index);
  if (!at || at->children != 1 || !isFree(node(at->firstChild)->name)) return std::nullopt;
  return at->firstChild;
}

std::vector<std::string_view> Schema::covered() const {
  std::vector<std::string_view> out;
  for (std::uint32_t i = 0; i < covered_; ++i) out.push_back(text(coveredAt_ + std::size_t{i} * kTextBytes));
  return out;
}

}  // namespace fleetd::fleet
