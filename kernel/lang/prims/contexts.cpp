// Builtins on the store references of strings: hasContext getContext appendContext and the ones that drop or change
// them. A reference is written as in Nix: "/nix/store/x" is a path, "=/nix/store/x.drv" a derivation with all it needs,
// "!out!/nix/store/x.drv" one output of a derivation.
#include <algorithm>
#include <map>

#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

bool isInterp(const Value& v) { return v.isUnknown() && v.unknown->op == UnknownOp::Interp && !v.unknown->name; }

Value hasContext(Evaluator& ev, Value* args, Pos) {
  Value out;
  args[0] = ev.force(args[0]);
  if (isInterp(args[0]))
    for (const Value& part : args[0].unknown->operands())
      if (ev.contextOf(part)) return Value::of(true);
  if (!wantString(ev, args[0], &out)) return out;
  return Value::of(ev.contextOf(args[0]) != nullptr);
}

struct Reference {
  bool path = false;
  bool allOutputs = false;
  std::vector<std::string_view> outputs;
};

Value getContext(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantString(ev, args[0], &out)) return out;
  std::map<std::string_view, Reference> found;
  if (const StringContext* context = ev.contextOf(args[0]))
    for (std::string_view element : context->elements) {
      const std::size_t border = element.find('!', 1);
      if (element.starts_with('='))
        found[element.substr(1)].allOutputs = true;
      else if (element.starts_with('!') && border != std::string_view::npos)
        found[element.substr(border + 1)].outputs.push_back(element.substr(1, border - 1));
      else
        found[element].path = true;
    }
  std::vector<Attr> items;
  for (auto& [path, reference] : found) {
    std::vector<Attr> facts;
    if (reference.path) facts.push_back({ev.symbol("path"), 0, Value::of(true)});
    if (reference.allOutputs) facts.push_back({ev.symbol("allOutputs"), 0, Value::of(true)});
    std::sort(reference.outputs.begin(), reference.outputs.end());
    std::vector<Value> outputs;
    for (std::string_view output : reference.outputs) outputs.push_back(Value::text(output));
    if (!outputs.empty()) facts.push_back({ev.symbol("outputs"), 0, ev.list(outputs)});
    items.push_back({ev.symbol(path), 0, ev.attrs(facts)});
  }
  return ev.attrs(items);
}

const StringContext* makeContext(Evaluator& ev, std::vector<std::string_view> elements) {
  std::sort(elements.begin(), elements.end());
  elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
  return ev.arena().make<StringContext>(StringContext{ev.arena().copy(std::span<const std::string_view>(elements))});
}

// The elements one attribute of appendContext's second argument stands for. False: *out is what to return.
bool readReference(Evaluator& ev, const Attr& attr, std::vector<std::string_view>* elements, Value* out) {
  const std::string_view path = ev.text(attr.name);
  if (!path.starts_with("/nix/store/")) {
    *out = ev.fail(ErrorKind::Value, 0, "context key '{}' is not a store path", path);
    return false;
  }
  Value facts = attr.value;
  if (!wantAttrs(ev, facts, out)) return false;
  auto flag = [&](std::string_view name, bool* set) {
    const Attr* found = facts.attrs->find(ev.symbol(name));
    if (!found) return true;
    Value v = found->value;
    if (!wantBool(ev, v, out)) return false;
    *set = v.boolean();
    return true;
  };
  bool isPath = false, all = false;
  if (!flag("path", &isPath) || !flag("allOutputs", &all)) return false;
  if (isPath) elements->push_back(path);
  auto mustBeDerivation = [&] {
    if (path.ends_with(".drv")) return true;
    *out = ev.fail(ErrorKind::Value, 0,
                   "tried to add derivation output context of {}, which is not a derivation, to a string", path);
    return false;
  };
  if (all) {
    if (!mustBeDerivation()) return false;
    elements->push_back(ev.arena().copy("=" + std::string(path)));
  }
  const Attr* outputs = facts.attrs->find(ev.symbol("outputs"));
  if (!outputs) return true;
  Value list = outputs->value;
  if (!wantList(ev, list, out) || (list.aux > 0 && !mustBeDerivation())) return false;
  for (Value output : list.list()) {
    if (!wantPlainString(ev, output, out)) return false;
    elements->push_back(ev.arena().copy(fmt::format("!{}!{}", output.string(), path)));
  }
  return true;
}

Value appendContext(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantString(ev, args[0], &out) || !wantAttrs(ev, args[1], &out)) return out;
  std::vector<std::string_view> elements;
  for (const Attr* attr : ev.sortedByName(args[1].attrs))
    if (!readReference(ev, *attr, &elements, &out)) return out;
  if (elements.empty()) return args[0];
  return ev.stringWithContext(args[0].string(), ev.mergeContext(ev.contextOf(args[0]), makeContext(ev, elements)));
}

// Applies a change of references to every part of a string; what is unknown of it stays a residual of the same builtin.
template <class Change>
Value changed(Evaluator& ev, std::string_view self, Value* args, Pos pos, Change change) {
  const Value text = ev.coerceToString(args[0], Evaluator::Coerce::Interpolate, 0);
  if (text.isError()) return text;
  if (!text.isUnknown()) return change(text);
  if (!isInterp(text)) return Value::stuck();
  std::vector<Value> parts;
  for (const Value& part : text.unknown->operands()) {
    const Value operand = ev.unknown(UnknownOp::Interp, std::span(&part, 1), pos);
    parts.push_back(part.isUnknown() ? ev.unknownPrim(findPrim(self), std::span(&operand, 1), pos) : change(part));
  }
  return parts.size() == 1 ? Value::stuck() : ev.joinStrings(parts, pos);
}

Value discardContext(Evaluator& ev, Value* args, Pos pos) {
  return changed(ev, "unsafeDiscardStringContext", args, pos, [](Value text) { return Value::text(text.string()); });
}

Value discardOutputs(Evaluator& ev, Value* args, Pos pos) {
  return changed(ev, "unsafeDiscardOutputDependency", args, pos, [&](Value text) {
    const StringContext* context = ev.contextOf(text);
    if (!context) return text;
    std::vector<std::string_view> elements;
    for (std::string_view element : context->elements)
      elements.push_back(element.starts_with('=') ? element.substr(1) : element);
    return ev.stringWithContext(text.string(), makeContext(ev, elements));
  });
}

Value addOutputs(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantText(ev, args[0], &out)) return out;
  const StringContext* context = ev.contextOf(args[0]);
  const std::size_t count = context ? context->elements.size() : 0;
  if (count != 1)
    return ev.fail(ErrorKind::Value, 0, "context of string '{}' must have exactly one element, but has {}",
                   args[0].string(), count);
  const std::string_view element = context->elements.front();
  if (element.starts_with('=')) return args[0];
  if (element.starts_with('!') || !element.ends_with(".drv"))
    return ev.fail(ErrorKind::Value, 0, "path '{}' is not a derivation", element);
  return ev.stringWithContext(args[0].string(), makeContext(ev, {ev.arena().copy("=" + std::string(element))}));
}

constexpr PrimOp kPrims[] = {
    {"hasContext", 1, hasContext, "whether a string refers to store paths"},
    {"getContext", 1, getContext, "the store paths a string refers to"},
    {"appendContext", 2, appendContext, "a string that refers to more store paths"},
    {"unsafeDiscardStringContext", 1, discardContext, "a string without its references"},
    {"unsafeDiscardOutputDependency", 1, discardOutputs, "a string that refers to derivations as files only"},
    {"addDrvOutputDependencies", 1, addOutputs, "a string that refers to a derivation with its outputs"},
};

}  // namespace

std::span<const PrimOp> contextPrims() { return kPrims; }

}  // namespace fleetd::lang
