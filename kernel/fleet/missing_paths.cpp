// Most are files that were renamed, or never added.
#include "kernel/fleet/missing_paths.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/suggest.hpp"
#include "kernel/base/text.hpp"
#include "kernel/lang/read_log.hpp"

namespace fleetd::fleet {

namespace {

using lang::Tag;
using lang::Value;

constexpr int kMaxDepth = 16;            // of sets around a path in a definition
constexpr std::size_t kMaxLooks = 5000;  // values looked into for the place of one path

// Where generated values are kept: a missing one is told of with its generator.
constexpr std::string_view kGenerated[] = {"vars/", "sops/"};

// The path relative to the fleet when it is one that must be there.
std::string_view ownPath(Value v, const std::string& root) {
  if (!v.is(Tag::Path)) return {};
  const std::string_view path = v.string();
  if (path.size() <= root.size() + 1 || !path.starts_with(root) || path[root.size()] != '/') return {};
  const std::string_view below = path.substr(root.size() + 1);
  const bool generated = std::any_of(std::begin(kGenerated), std::end(kGenerated),
                                     [&](std::string_view directory) { return below.starts_with(directory); });
  return generated ? std::string_view() : below;
}

bool isMissing(Value v, const std::string& root) {
  if (ownPath(v, root).empty()) return false;
  const std::string path(v.string());
  lang::ReadLog::note(path);
  return base::fileType(path) == base::FileType::Missing;
}

// A default may be for nobody: who reads it may look first whether the file is there.
bool isDefault(const ConfigNode& node) {
  return node.option && node.option->hasDefault && node.option->cell.defs.size() == 1;
}

// Where the search is; text only when there is something to say.
struct Way {
  const Way* up;
  base::Symbol name;

  std::string text(lang::Evaluator& ev) const { return joinPath(up ? up->text(ev) : std::string(), ev.text(name)); }
};

using Found = std::function<bool(const ConfigNode&, const Way*, Value)>;  // false: enough

bool search(lang::Evaluator& ev, const ConfigNode& node, const Way* way, const std::string& root, const Found& found) {
  for (const ConfigNode& child : node.children)
    if (const Way below{way, child.name}; !search(ev, child, &below, root, found)) return false;
  if (node.kind != ConfigNode::Kind::Leaf || (!node.value.is(Tag::Path) && !node.value.is(Tag::List))) return true;
  if (node.endless || !node.fleetMade || isDefault(node)) return true;
  if (isMissing(node.value, root)) return found(node, way, node.value);
  if (node.value.is(Tag::List))
    for (const Value& element : node.value.list())  // forced by the walk
      if (const Value one = ev.force(element); isMissing(one, root) && !found(node, way, one)) return false;
  return true;
}

// The place in a definition where the path is given: the nearest attribute's.
struct Place {
  lang::Evaluator& ev;
  std::string_view path;
  std::size_t looks = 0;

  bool find(Value v, int depth, base::Pos& at) {
    if (++looks > kMaxLooks || depth > kMaxDepth) return false;
    v = ev.force(v);
    if (v.is(Tag::Path)) return v.string() == path;
    if (v.is(Tag::List))
      return std::any_of(v.list().begin(), v.list().end(), [&](Value one) { return find(one, depth + 1, at); });
    if (!v.is(Tag::Attrs)) return false;
    for (const lang::Attr& attr : *v.attrs) {
      base::Pos inside = attr.pos ? attr.pos : at;
      if (!find(attr.value, depth + 1, inside)) continue;
      at = inside;
      return true;
    }
    return false;
  }
};

// The place of the option's definition that has the path.
base::Pos placeOf(lang::Evaluator& ev, const compose::Option& option, std::string_view path) {
  for (const compose::Def& def : option.cell.final) {
    base::Pos at = def.pos;
    if (Place place{ev, path}; place.find(def.value, 0, at)) return at;
  }
  return 0;
}

// What lies in its directory under nearly the same name, and else which directory is missing.
std::string wayOut(const std::string& path, const std::string& root) {
  const auto slash = path.rfind('/');
  const std::string directory = path.substr(0, slash), name = path.substr(slash + 1);
  const auto entries = base::listDir(directory);
  if (!entries)
    return fmt::format("{} is not a directory that can be read",
                       base::sanitize(std::string_view(directory).substr(root.size() + 1)));
  std::vector<std::string_view> names;
  for (const auto& entry : *entries) names.push_back(entry.name);
  const auto nearest = base::nearestNames(name, names, 3, std::max<std::size_t>(2, name.size() / 3));
  if (!nearest.empty()) return base::didYouMean(nearest);
  return "a build stops where the file is copied to the store";
}

}  // namespace

bool hasMissingPath(lang::Evaluator& ev, const ConfigNode& tree, const std::string& root) {
  return !search(ev, tree, nullptr, root, [](const ConfigNode&, const Way*, Value) { return false; });
}

void tellMissingPaths(lang::Evaluator& ev, const ConfigNode& tree, const std::string& root, const Host& host,
                      base::Diagnostics& diagnostics) {
  search(ev, tree, nullptr, root, [&](const ConfigNode& node, const Way* way, Value v) {
    const std::string option = way ? way->text(ev) : std::string();
    base::Pos pos = node.option ? placeOf(ev, *node.option, v.string()) : 0;
    base::Diagnostic d;
    d.code = base::Code::FL0518;
    d.severity = base::info(d.code).severity;
    d.message = fmt::format("`{}` names {}, which does not exist", option, base::sanitize(ownPath(v, root)));
    d.option = option;
    d.host = host.name;
    if (pos) d.span = {pos, pos + 1};
    d.notes.push_back(wayOut(std::string(v.string()), root));
    diagnostics.add(std::move(d));
    return true;
  });
}

}  // namespace fleetd::fleet
