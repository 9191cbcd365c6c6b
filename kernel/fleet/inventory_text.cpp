// Values of a JSON document with places.
#include "kernel/fleet/inventory_text.hpp"

#include "kernel/base/file.hpp"
#include "kernel/fleet/inventory_json.hpp"
#include "kernel/fleet/inventory_shape.hpp"
#include "kernel/lang/read_log.hpp"

namespace fleetd::fleet {

namespace {

using base::Code;
using base::Json;
using lang::Evaluator;
using lang::Value;

constexpr std::uint64_t kMaxFile = 64u << 20;  // bytes

Value valueOf(Evaluator& ev, const PlacedJson& at, Pos base) {
  if (at.emptied) return Value::of(ev.newBindings(0));
  const Json& json = *at.json;
  switch (json.kind()) {
    case Json::Kind::Null:
    case Json::Kind::UInt: return Value::null();
    case Json::Kind::Bool: return Value::of(*json.asBool());
    case Json::Kind::Int: return Value::of(*json.asInt());
    case Json::Kind::Float: return Value::of(*json.asFloat());
    case Json::Kind::String: return ev.string(*json.asString());
    case Json::Kind::Array: {
      std::vector<Value> items;
      items.reserve(at.parts.size());
      for (const PlacedJson& part : at.parts)
        if (!part.leftOut) items.push_back(valueOf(ev, part, base));
      return ev.list(items);
    }
    case Json::Kind::Object: break;
  }
  std::vector<lang::Attr> members;
  members.reserve(at.parts.size());
  for (const PlacedJson& part : at.parts) {
    if (part.leftOut) continue;
    // Behind the quote: where the name of an attribute stands in Nix.
    const Pos pos = base + static_cast<Pos>(part.nameAt.begin + 1);
    members.push_back({ev.symbol(part.name), pos, valueOf(ev, part, base)});
  }
  return ev.attrs(members);
}

}  // namespace

void InventoryText::mistake(Code code, std::string message, std::string hint, Span place, const std::string& path) {
  faulty_ = true;
  if (!diagnostics_) return;
  base::Diagnostic d = base::Diagnostic::from(Error{code, std::move(message), std::move(hint), place});
  if (!place) d.file = path;
  diagnostics_->add(std::move(d));
}

Value InventoryText::read(Evaluator& ev, const std::string& path) {
  lang::ReadLog::note(path);
  const Value nothing = Value::of(ev.newBindings(0));
  const base::SourceFile*& file = files_[path];
  if (!file) {
    auto text = base::readFile(path, kMaxFile);
    const auto added = text ? ev.sources().add(path, *std::move(text)) : Result<const base::SourceFile*>(text.error());
    if (!added) {
      mistake(Code::FL0613, added.error().message, added.error().hint, {}, path);
      return nothing;
    }
    file = *added;
  }
  const auto place = [&](TextRange at) {
    return Span{file->base + static_cast<Pos>(at.begin), file->base + static_cast<Pos>(at.end)};
  };
  TextRange failedAt;
  auto document = parseInventory(file->text, &failedAt);
  if (!document) {
    mistake(Code::FL0613, document.error().message, document.error().hint, place(failedAt), path);
    return nothing;
  }
  for (InventoryMistake& one : judgeInventory(*document))
    mistake(Code::FL0613, std::move(one.message), std::move(one.hint), place(one.at), path);
  return document->json().asObject() ? valueOf(ev, document->root(), file->base) : nothing;
}

}  // namespace fleetd::fleet
