// Taking values out of composed hosts.
#include "kernel/render/views.hpp"

#include "kernel/fleet/value_text.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::render {

namespace {

using fleet::ConfigNode;
using lang::Evaluator;
using lang::Tag;
using lang::Value;
using plugin::PluginValue;

constexpr int kMaxDepth = FLEET_MAX_DEPTH - 16;  // leaves room for what the value is put into
constexpr std::size_t kMaxText = 4096;           // bytes of an unknown value's text
constexpr std::size_t kMaxWhole = 256 << 10;     // the same where everything is asked for, scripts among it

std::optional<PluginValue> plain(Evaluator& ev, Value value, int depth);

std::optional<PluginValue> plainList(Evaluator& ev, Value value, int depth) {
  sdk::List out;
  for (const Value& element : value.list()) {
    auto item = plain(ev, element, depth);
    if (!item) return std::nullopt;
    out.push_back(*std::move(item));
  }
  return PluginValue(std::move(out));
}

std::optional<PluginValue> plainSet(Evaluator& ev, Value value, int depth) {
  if (value.attrs->find(ev.names().functor)) return std::nullopt;
  if (const lang::Attr* path = value.attrs->find(ev.names().outPath)) return plain(ev, path->value, depth);
  std::vector<sdk::Attr> out;
  for (const lang::Attr& attr : *value.attrs) {
    auto item = plain(ev, attr.value, depth);
    if (!item) return std::nullopt;
    out.push_back({std::string(ev.text(attr.name)), *std::move(item)});
  }
  sdk::Attrs set;
  set.assign(std::move(out));
  return PluginValue(std::move(set));
}

std::optional<PluginValue> plain(Evaluator& ev, Value value, int depth) {
  if (depth <= 0) return std::nullopt;
  value = ev.force(value);
  switch (value.tag) {
    case Tag::Null: return PluginValue();
    case Tag::Bool: return PluginValue(value.boolean());
    case Tag::Int: return PluginValue(value.integer);
    case Tag::Float: return PluginValue(value.real);
    case Tag::String:
    case Tag::Path: return PluginValue(value.string());
    case Tag::List: return plainList(ev, value, depth - 1);
    case Tag::Attrs: return plainSet(ev, value, depth - 1);
    case Tag::Lambda:
    case Tag::Prim:
    case Tag::PrimApp:
    case Tag::Native:
    case Tag::Unknown:
    case Tag::Error:
    case Tag::Thunk:
    case Tag::Stuck:
    case Tag::Pending:
    case Tag::Running: break;
  }
  return std::nullopt;
}

enum class Wanted : unsigned char { Known, Assumed };

// The part of a node's values that is wanted; nothing when there is none.
std::optional<PluginValue> take(Evaluator& ev, const ConfigNode& node, Wanted wanted) {
  if (node.undefined) return std::nullopt;
  if (node.kind == ConfigNode::Kind::Record) {
    sdk::Attrs out;
    for (const ConfigNode& child : node.children)
      if (auto value = take(ev, child, wanted)) out.set(std::string(ev.text(child.name)), *std::move(value));
    // An empty set says that the set is there.
    if (out.empty() && (!node.children.empty() || node.assumed != (wanted == Wanted::Assumed))) return std::nullopt;
    return PluginValue(std::move(out));
  }
  if (node.value.isError()) return std::nullopt;
  auto value = plain(ev, node.value, kMaxDepth);
  if (!value && wanted == Wanted::Assumed) {
    auto text = fleet::valueText(ev, node.value);
    return PluginValue(sdk::Expr{text.size() <= kMaxText ? std::move(text) : "..."});
  }
  if (!value) return std::nullopt;
  return node.assumed == (wanted == Wanted::Assumed) ? std::move(value) : std::nullopt;
}

std::optional<PluginValue> takeAll(Evaluator& ev, const ConfigNode& node) {
  if (node.undefined || (node.kind != ConfigNode::Kind::Record && node.value.isError())) return std::nullopt;
  if (node.kind == ConfigNode::Kind::Record) {
    sdk::Attrs out;
    for (const ConfigNode& child : node.children)
      if (auto value = takeAll(ev, child)) out.set(std::string(ev.text(child.name)), *std::move(value));
    return PluginValue(std::move(out));
  }
  if (auto value = plain(ev, node.value, kMaxDepth)) return value;
  auto text = fleet::valueText(ev, node.value);
  return PluginValue(sdk::Expr{text.size() <= kMaxWhole ? std::move(text) : "..."});
}

const ConfigNode* nodeAt(Evaluator& ev, const ConfigNode& root, const sdk::Path& path) {
  const ConfigNode* node = &root;
  for (const auto& name : path) {
    const ConfigNode* next = nullptr;
    for (const ConfigNode& child : node->children)
      if (ev.text(child.name) == name) next = &child;
    if (!next) return nullptr;
    node = next;
  }
  return node;
}

// Every host is composed by Fleet::compose, which makes these.
const ConfigNode& treeOf(fleet::ComposedHost& host) { return static_cast<fleet::HostConfiguration&>(host).tree(); }

void place(PluginValue& into, const sdk::Path& path, PluginValue value) {
  if (into.isNil()) into = sdk::Attrs{};
  PluginValue* at = &into;
  for (std::size_t i = 0; i < path.size(); ++i) {
    auto* set = at->get<sdk::Attrs>();
    if (!set) return;  // another path of the list said more
    if (!set->find(path[i])) set->set(path[i], i + 1 == path.size() ? PluginValue() : PluginValue(sdk::Attrs{}));
    at = set->find(path[i]);
  }
  *at = std::move(value);
}

}  // namespace

std::optional<PluginValue> plainValue(Evaluator& ev, Value value) { return plain(ev, value, kMaxDepth); }

PluginValue knownBelow(Evaluator& ev, fleet::ComposedHost& host, const sdk::Path& path) {
  const ConfigNode* node = nodeAt(ev, treeOf(host), path);
  auto value = node ? take(ev, *node, Wanted::Known) : std::nullopt;
  return value ? *std::move(value) : PluginValue();
}

PluginValue everythingBelow(Evaluator& ev, fleet::ComposedHost& host, const sdk::Path& path) {
  const ConfigNode* node = nodeAt(ev, treeOf(host), path);
  auto value = node ? takeAll(ev, *node) : std::nullopt;
  return value ? *std::move(value) : PluginValue();
}

plugin::ComposedView checkView(Evaluator& ev, fleet::ComposedHost& host, const std::vector<sdk::Path>& reads) {
  plugin::ComposedView out;
  const fleet::Host& of = host.host();
  out.name = of.name;
  out.hostClass = of.klass;
  out.system = of.system;
  out.tags = of.tags;
  out.aggregates = of.aggregates;
  out.partial = host.counts().opaque > 0;
  for (const auto& path : reads) {
    const ConfigNode* node = nodeAt(ev, treeOf(host), path);
    if (!node) continue;
    if (auto known = take(ev, *node, Wanted::Known)) place(out.options, path, *std::move(known));
    if (auto assumed = take(ev, *node, Wanted::Assumed)) place(out.assumed, path, *std::move(assumed));
  }
  return out;
}

}  // namespace fleetd::render
