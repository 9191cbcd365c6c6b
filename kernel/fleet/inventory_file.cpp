// Reading and writing inventory.json.
#include "kernel/fleet/inventory_file.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/fleet/inventory_json.hpp"

namespace fleetd::fleet {

namespace {

using base::Json;

constexpr std::uint64_t kMaxFile = 64u << 20;  // bytes
constexpr unsigned kMostIndent = 8;

Json::Object::iterator memberOf(Json::Object& object, std::string_view name) {
  return std::find_if(object.begin(), object.end(), [&](const Json::Member& one) { return one.first == name; });
}

// Where a new name belongs: in order if the others are in order, else at the end.
Json& insert(Json::Object& object, const std::string& name) {
  const auto less = [](const Json::Member& a, const Json::Member& b) { return a.first < b.first; };
  auto at = object.end();
  if (std::is_sorted(object.begin(), object.end(), less))
    at = std::find_if(object.begin(), object.end(), [&](const Json::Member& one) { return one.first > name; });
  return object.insert(at, {name, Json()})->second;
}

// Blanks before the first member.
unsigned indentOf(std::string_view text) {
  const auto line = text.find('\n');
  if (line == std::string_view::npos) return 2;
  std::size_t count = 0;
  while (line + 1 + count < text.size() && text[line + 1 + count] == ' ') ++count;
  return count == 0 ? 2 : std::min(static_cast<unsigned>(count), kMostIndent);
}

}  // namespace

Result<InventoryFile> InventoryFile::read(std::string path) {
  if (base::fileType(path) == base::FileType::Missing) {
    InventoryFile out;
    out.path_ = std::move(path);
    return out;
  }
  FLEETD_TRY_ASSIGN(std::string text, base::readFile(path, kMaxFile));
  return parse(std::move(path), std::move(text));
}

Result<InventoryFile> InventoryFile::parse(std::string path, std::string text) {
  InventoryFile out;
  TextRange failedAt;
  const auto document = parseInventory(text, &failedAt);
  const auto refused = [&](const std::string& why, std::string hint) {
    const std::string_view before(text.data(), std::min(failedAt.begin, text.size()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const auto column = before.size() - (before.rfind('\n') + 1) + 1;
    return Error{base::Code::FL0613, fmt::format("{}:{}:{}: {}", path, line, column, why), std::move(hint), {}};
  };
  if (!document) return refused(document.error().message, document.error().hint);
  if (!document->json().asObject()) return refused("an object is expected", "an inventory that says nothing is {}");
  out.path_ = std::move(path);
  out.json_ = document->json();
  out.indent_ = indentOf(text);
  out.newline_ = text.ends_with('\n');
  out.text_ = std::move(text);
  out.existed_ = true;
  return out;
}

const Json* InventoryFile::find(const InventoryPath& path) const {
  const Json* at = &json_;
  for (const std::string& name : path)
    if (!at || !(at = at->find(name))) return nullptr;
  return at;
}

void InventoryFile::set(const InventoryPath& path, Json value) {
  Json* at = &json_;
  for (const std::string& name : path) {
    if (!at->asObject()) *at = Json(Json::Object());
    Json::Object& object = *at->asObject();
    const auto found = memberOf(object, name);
    at = found == object.end() ? &insert(object, name) : &found->second;
  }
  *at = std::move(value);
}

bool InventoryFile::remove(const InventoryPath& path) {
  Json* at = &json_;
  for (std::size_t i = 0; i < path.size(); ++i) {
    Json::Object* object = at->asObject();
    if (!object) return false;
    const auto found = memberOf(*object, path[i]);
    if (found == object->end()) return false;
    if (i + 1 == path.size()) {
      object->erase(found);
      return true;
    }
    at = &found->second;
  }
  return false;
}

bool InventoryFile::rename(const InventoryPath& path, const std::string& name) {
  Json* at = &json_;
  for (std::size_t i = 0; i < path.size(); ++i) {
    Json::Object* object = at->asObject();
    if (!object) return false;
    const auto found = memberOf(*object, path[i]);
    if (found == object->end()) return false;
    if (i + 1 < path.size()) {
      at = &found->second;
      continue;
    }
    if (memberOf(*object, name) != object->end()) return false;
    Json value = std::move(found->second);
    object->erase(found);
    insert(*object, name) = std::move(value);
    return true;
  }
  return false;
}

std::string InventoryFile::text() const {
  if (!existed_ && json_.asObject()->empty()) return {};
  std::string out = base::toJsonText(json_, indent_);
  while (out.ends_with('\n')) out.pop_back();
  if (newline_) out += '\n';
  return out;
}

Result<void> InventoryFile::write() { return base::writeFileAtomic(path_, text()); }

Result<void> InventoryFile::restore() {
  return existed_ ? base::writeFileAtomic(path_, text_) : base::removeTree(path_);
}

}  // namespace fleetd::fleet
