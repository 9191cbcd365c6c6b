// fleet/cxx/definition.hpp - definitions and fragments: what a plugin sets, and their msgpack form.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "mapping.hpp"

namespace fleet {

// Priorities of the module system: the lowest number wins.
struct Priority {
  static constexpr std::int32_t force = 50, normal = 100, fallback = 1000, optionDefault = 1500;
};
// Orders of definitions that are merged: the lowest number comes first.
struct Order {
  static constexpr std::int32_t before = 500, normal = 1000, after = 1500;
};

struct Definition {
  Path path;
  Value value;
  std::int32_t priority = Priority::normal;
  std::int32_t order = Order::normal;
  std::optional<Cond> condition;
  std::string from;  // the plugin it comes from; only in a composed host
};

struct Fragment {
  std::vector<Definition> definitions;
};

inline bool operator==(const Definition& a, const Definition& b) {
  return a.path == b.path && a.value == b.value && a.priority == b.priority && a.order == b.order &&
         a.condition == b.condition && a.from == b.from;
}
inline bool operator==(const Fragment& a, const Fragment& b) { return a.definitions == b.definitions; }

inline void pack(Packer& out, const Definition& definition) {
  FieldPacker map;
  if (definition.condition) pack(map.field("cond"), *definition.condition);
  map.text("from", definition.from);
  if (definition.order != Order::normal) map.field("order").integer(definition.order);
  packPath(map.field("path"), definition.path);
  if (definition.priority != Priority::normal) map.field("prio").integer(definition.priority);
  pack(map.field("value"), definition.value);
  map.finish(out);
}

inline void pack(Packer& out, const std::vector<Definition>& definitions) {
  out.array(definitions.size());
  for (const auto& definition : definitions) pack(out, definition);
}

inline void pack(Packer& out, const Fragment& fragment) {
  FieldPacker map;
  pack(map.field("definitions"), fragment.definitions);
  map.finish(out);
}

inline Result<Definition> readDefinition(Reader& in, Unknown unknown) {
  Definition out;
  bool valued = false;
  FLEET_TRY(readFields(in, unknown, [&](std::string_view name) -> Result<bool> {
    if (name == "path") return readInto(in, out.path);
    if (name == "prio") return readInto(in, out.priority);
    if (name == "order") return readInto(in, out.order);
    if (name == "from") return readInto(in, out.from);
    if (name == "value") {
      valued = true;
      return readInto(in, out.value);
    }
    if (name != "cond") return false;
    FLEET_TRY_ASSIGN(out.condition, readCond(in));
    return true;
  }));
  if (out.path.empty()) return malformed("a definition has no path");
  if (!valued) return malformed("a definition has no value", formatPath(out.path));
  return out;
}

inline Result<bool> readInto(Reader& in, std::vector<Definition>& out, Unknown unknown) {
  FLEET_TRY(readElements(in, [&]() -> Result<void> {
    FLEET_TRY_ASSIGN(auto definition, readDefinition(in, unknown));
    out.push_back(std::move(definition));
    return {};
  }));
  return true;
}

// The next value as a fragment.
inline Result<Fragment> readFragment(Reader& in, Unknown unknown) {
  Fragment out;
  FLEET_TRY(readFields(in, unknown, [&](std::string_view name) -> Result<bool> {
    if (name == "definitions") return readInto(in, out.definitions, unknown);
    return false;
  }));
  return out;
}

}  // namespace fleet
