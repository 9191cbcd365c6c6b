// What tests of the module system share (see helpers.hpp).
#include "tests/unit/compose/helpers.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace fleetd::compose::test {

using lang::Tag;
using lang::Value;

Nix::Nix() : ev(sources, symbols, lang::Purity::Command), compose(installCompose(ev)) {
  ev.onTrace = [this](std::string_view line) { traces.emplace_back(line); };
}

Value Nix::eval(const std::string& text) {
  const Value fn = ev.evalText("«test»", "{ lib }: with lib; " + text, "/");
  if (fn.isError()) return fn;
  return ev.call(fn, ev.attrs({{"lib", ev.lib()}}), 0);
}

Value Nix::modules(const std::string& text, const std::string& then) {
  return eval("(lib.evalModules { modules = " + text + "; })" + then);
}

std::string Nix::json(Value v) {
  base::Json out;
  Value error;
  if (!toJson(ev, v, &out, &error)) return "error: " + std::string(error.error->message);
  return base::toJsonText(out);
}

namespace {

bool listToJson(lang::Evaluator& ev, Value v, base::Json* out, Value* error) {
  base::Json::Array items;
  for (Value element : v.list()) {
    base::Json item;
    if (!toJson(ev, element, &item, error)) return false;
    items.push_back(std::move(item));
  }
  *out = base::Json(std::move(items));
  return true;
}

bool setToJson(lang::Evaluator& ev, Value v, base::Json* out, Value* error) {
  if (v.attrs->find(ev.names().toString) || v.attrs->find(ev.names().outPath))
    return toJson(ev, ev.coerceToString(v, lang::Evaluator::Coerce::ToString, 0), out, error);
  base::Json::Object members;
  for (const lang::Attr* attr : ev.sortedByName(v.attrs)) {
    base::Json member;
    if (!toJson(ev, attr->value, &member, error)) return false;
    members.emplace_back(std::string(ev.text(attr->name)), std::move(member));
  }
  *out = base::Json(std::move(members));
  return true;
}

}  // namespace

bool toJson(lang::Evaluator& ev, Value v, base::Json* out, Value* error) {
  v = ev.force(v);
  switch (v.tag) {
    case Tag::Null: *out = base::Json(); return true;
    case Tag::Bool: *out = base::Json(v.boolean()); return true;
    case Tag::Int: *out = base::Json(v.integer); return true;
    case Tag::Float: *out = base::Json(v.real); return true;
    case Tag::String:
    case Tag::Path: *out = base::Json(std::string(v.string())); return true;
    case Tag::List: return listToJson(ev, v, out, error);
    case Tag::Attrs: return setToJson(ev, v, out, error);
    case Tag::Error: *error = v; return false;
    default: *error = ev.fail(lang::ErrorKind::Type, 0, "cannot convert {} to JSON", ev.typeName(v)); return false;
  }
}

bool sameJson(const base::Json& a, const base::Json& b, std::string* where) {
  if (a.kind() != b.kind()) return false;
  if (const auto* x = a.asArray()) {
    const auto* y = b.asArray();
    if (x->size() != y->size()) return false;
    for (std::size_t i = 0; i < x->size(); ++i)
      if (!sameJson((*x)[i], (*y)[i], where)) {
        *where = "[" + std::to_string(i) + "]" + *where;
        return false;
      }
    return true;
  }
  if (const auto* x = a.asObject()) {
    if (x->size() != b.asObject()->size()) return false;
    for (const auto& [name, value] : *x) {
      const base::Json* other = b.find(name);
      if (!other || !sameJson(value, *other, where)) {
        *where = "." + name + *where;
        return false;
      }
    }
    return true;
  }
  return a == b;
}

std::vector<std::string> filesOf(const lang::Evaluator& ev, const lang::EvalError& error,
                                 const std::string& directory) {
  std::string text(error.message);
  auto& sources = const_cast<lang::Evaluator&>(ev).sources();
  if (const auto* file = sources.fileOf(error.pos)) text += " " + file->name;
  for (const lang::Frame* frame = error.frames; frame; frame = frame->outer) text += "\n" + std::string(frame->text);
  std::vector<std::string> out;
  const std::string prefix = directory + "/";
  for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at + 1)) {
    const std::size_t begin = at + prefix.size();
    std::size_t end = begin;
    while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) ||
                                 std::string_view("_./-").find(text[end]) != std::string_view::npos))
      ++end;
    std::string name = text.substr(begin, end - begin);
    if (const auto dot = name.find(".nix"); dot != std::string::npos) name.resize(dot + 4);
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string readText(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

}  // namespace fleetd::compose::test
