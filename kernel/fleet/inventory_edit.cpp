// Changing inventory.json by path.
#include "kernel/fleet/inventory_edit.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace fleetd::fleet {

namespace {

using base::Code;
using base::Json;

Error refused(const InventoryPath& path, Span place) {
  Error out{Code::FL0610,
            fmt::format("{} is defined in a Nix file, so inventory.json cannot change it", pathText(path)),
            "change it there", place};
  if (!place) out.hint = "change the Nix file that defines it";
  return out;
}

bool sameKind(const Json& a, const Json& b) {
  const auto number = [](Json::Kind kind) {
    return kind == Json::Kind::UInt || kind == Json::Kind::Float ? Json::Kind::Int : kind;
  };
  return a.isNull() || b.isNull() || number(a.kind()) == number(b.kind());
}

bool contains(const std::vector<Json>& items, const Json& one) {
  return std::find(items.begin(), items.end(), one) != items.end();
}

std::string listed(const std::vector<Json>& items) {
  std::string out;
  for (const Json& one : items) out += (out.empty() ? "" : ", ") + base::toJsonText(one);
  return out;
}

InventoryPath below(InventoryPath path, const std::string& name) {
  path.push_back(name);
  return path;
}

std::string_view kindOf(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::Null: return "null";
    case Json::Kind::Bool: return "true or false";
    case Json::Kind::Int:
    case Json::Kind::UInt:
    case Json::Kind::Float: return "a number";
    case Json::Kind::String: return "a text";
    case Json::Kind::Array: return "a list";
    case Json::Kind::Object: return "a set";
  }
  return "";
}

Error otherKind(const std::string& what, const Json& old, const Json& value) {
  return Error{Code::FL0618, fmt::format("{} is {} and cannot become {}", what, kindOf(old), kindOf(value)), "", {}};
}

}  // namespace

Result<Json> mergeJson(const Json& a, const Json& b) {
  if (a.isNull() || b.isNull()) return b;
  if (!sameKind(a, b)) return otherKind("a value", a, b);
  if (const auto* first = a.asArray()) {
    Json::Array out;
    for (const auto* items : {first, b.asArray()})
      for (const Json& one : *items)
        if (!contains(out, one)) out.push_back(one);
    return Json(std::move(out));
  }
  if (!a.asObject()) return b;
  Json::Object out = *a.asObject();
  for (const auto& [name, value] : *b.asObject()) {
    const auto found =
        std::find_if(out.begin(), out.end(), [&, wanted = name](auto& one) { return one.first == wanted; });
    if (found == out.end()) {
      out.emplace_back(name, value);
      continue;
    }
    FLEETD_TRY_ASSIGN(found->second, value.isNull() ? Result<Json>(Json()) : mergeJson(found->second, value));
  }
  return Json(std::move(out));
}

bool hasFixedFields(const InventoryPath& path) {
  const auto size = path.size();
  if (size == 0) return true;
  if (path[0] == "meta") return size == 1;
  if (path[0] == "machines") return size == 2 || (size == 3 && path[2] == "deploy");
  if (path[0] != "instances") return false;
  return size == 2 || (size == 3 && path[2] == "module") || (size == 4 && path[2] == "roles");
}

Json InventoryEdit::merged(const Origin* origin, const Json* written) const {
  if (!origin) return written ? *written : Json();
  const bool hidden = origin->priority < kPlainPriority && !origin->set;
  if (origin->list) {
    Json::Array out;
    if (origin->priority <= kPlainPriority || !written) out = origin->items;
    if (written && written->asArray() && !hidden)
      for (const Json& one : *written->asArray())
        if (!contains(out, one)) out.push_back(one);
    return Json(std::move(out));
  }
  if (!origin->set) return written && !hidden ? *written : origin->value;
  Json::Object out;
  for (const auto& [name, child] : origin->children)
    out.emplace_back(name, merged(&child, written ? written->find(name) : nullptr));
  if (written && written->asObject())
    for (const auto& [name, value] : *written->asObject())
      if (!origin->children.contains(name)) out.emplace_back(name, value);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return Json(std::move(out));
}

Json InventoryEdit::effective(const InventoryPath& path) const {
  return merged(origins_.root.find(path), file_.find(path));
}

Result<void> InventoryEdit::writable(const InventoryPath& path) const {
  InventoryPath above;
  for (const std::string& name : path) {
    above.push_back(name);
    const Origin* origin = origins_.root.find(above);
    if (!origin) return {};
    if (origin->opaque || origin->priority < kPlainPriority) return refused(above, origin->place);
    // A set on the way to something else must be one.
    if (above.size() < path.size() && !origin->set) return refused(above, origin->place);
    if (above.size() == path.size() && origin->priority == kPlainPriority && !origin->set && !origin->list &&
        !file_.find(path))
      return refused(above, origin->place);
  }
  return {};
}

Result<void> InventoryEdit::setList(const InventoryPath& path, const Json::Array& items) {
  std::vector<Json> doubles;
  for (std::size_t i = 0; i < items.size(); ++i)
    for (std::size_t k = i + 1; k < items.size(); ++k)
      if (items[i] == items[k] && !contains(doubles, items[i])) doubles.push_back(items[i]);
  if (!doubles.empty())
    return Error{Code::FL0611, fmt::format("{} would have {} twice", pathText(path), listed(doubles)), "", {}};
  const Origin* origin = origins_.root.find(path);
  if (!origin || !origin->list || origin->priority > kPlainPriority) {
    file_.set(path, Json(items));
    return {};
  }
  std::vector<Json> missing;
  for (const Json& fixed : origin->items)
    if (!contains(items, fixed) && !contains(missing, fixed)) missing.push_back(fixed);
  if (!missing.empty())
    return Error{Code::FL0611, fmt::format("{} has {} from a Nix file", pathText(path), listed(missing)),
                 "entries of Nix files are taken away there", origin->place};
  Json::Array own;
  for (const Json& one : items)
    if (!contains(origin->items, one)) own.push_back(one);
  const Json* written = file_.find(path);
  if (own.empty() && (!written || (written->asArray() && written->asArray()->empty()))) return {};
  file_.set(path, Json(std::move(own)));
  return {};
}

Result<void> InventoryEdit::set(const InventoryPath& path, const Json& value) {
  const Json old = effective(path);
  if (old == value && (!old.isNull() || file_.find(path))) return {};
  if (!sameKind(old, value)) return otherKind(pathText(path), old, value);
  if (const auto* members = value.asObject()) {
    FLEETD_TRY(writable(path));
    if (members->empty() && old.isNull()) file_.set(path, value);
    for (const auto& [name, one] : *members) FLEETD_TRY(set(below(path, name), one));
    return {};
  }
  FLEETD_TRY(writable(path));
  if (const auto* items = value.asArray()) return setList(path, *items);
  file_.set(path, value);
  return {};
}

Result<void> InventoryEdit::remove(const InventoryPath& path) {
  InventoryPath above = path;
  if (!above.empty()) above.pop_back();
  const Origin* origin = origins_.root.find(path);
  if (origin)
    return Error{Code::FL0612,
                 fmt::format("{} cannot be removed: a Nix file defines it, at least in part", pathText(path)),
                 "remove it there", origin->place};
  if (path.empty() || hasFixedFields(above))
    return Error{Code::FL0612,
                 fmt::format("{} cannot be removed", pathText(path)),
                 "it is a field: set it to another value, or to null",
                 {}};
  if (!file_.remove(path))
    return Error{Code::FL0616, fmt::format("inventory.json does not have {}", pathText(path)), "", {}};
  return {};
}

Result<void> InventoryEdit::replace(const InventoryPath& path, const Json& value) {
  const Json old = effective(path);
  if (const auto* before = old.asObject(); before && value.asObject()) {
    for (const auto& [name, one] : *before)
      if (!value.find(name)) FLEETD_TRY(remove(below(path, name)));
    for (const auto& [name, one] : *value.asObject()) FLEETD_TRY(replace(below(path, name), one));
    return {};
  }
  return set(path, value);
}

}  // namespace fleetd::fleet
