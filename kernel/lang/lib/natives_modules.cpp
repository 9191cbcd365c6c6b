// Natives that build the sets the module system looks at: mkIf and the other properties, options, literal
// texts.
#include <algorithm>
#include <array>

#include "kernel/base/suggest.hpp"
#include "kernel/lang/lib/natives.hpp"

namespace fleetd::lang::lib {

namespace {

using namespace prims;

// { _type = kind; … } with at most two more attributes.
Value typed(Evaluator& ev, std::string_view kind, Attr first, Attr second = {}) {
  Bindings* out = ev.newBindings(second.name ? 3 : 2);
  out->items[0] = {ev.names().type, 0, Value::text(kind)};
  out->items[1] = first;
  if (second.name) out->items[2] = second;
  for (std::uint32_t i = 1; i < out->size; ++i)
    for (std::uint32_t k = i; k > 0 && out->items[k].name < out->items[k - 1].name; --k)
      std::swap(out->items[k], out->items[k - 1]);
  return Value::of(out);
}

Value mkIf(Evaluator& ev, Value* args, Pos pos) {
  return typed(ev, "if", {ev.names().condition, pos, args[0]}, {ev.names().content, pos, args[1]});
}

Value mkMerge(Evaluator& ev, Value* args, Pos pos) { return typed(ev, "merge", {ev.names().contents, pos, args[0]}); }

Value prioritised(Evaluator& ev, std::string_view kind, Value priority, Value content, Pos pos) {
  return typed(ev, kind, {ev.names().priority, pos, priority}, {ev.names().content, pos, content});
}

Value mkOverride(Evaluator& ev, Value* args, Pos pos) { return prioritised(ev, "override", args[0], args[1], pos); }
Value mkOrder(Evaluator& ev, Value* args, Pos pos) { return prioritised(ev, "order", args[0], args[1], pos); }

template <std::int64_t kPriority>
Value overrideWith(Evaluator& ev, Value* args, Pos pos) {
  return prioritised(ev, "override", Value::of(kPriority), args[0], pos);
}

template <std::int64_t kOrder>
Value orderWith(Evaluator& ev, Value* args, Pos pos) {
  return prioritised(ev, "order", Value::of(kOrder), args[0], pos);
}

// set // { _type = kind; }
Value withType(Evaluator& ev, Value set, std::string_view kind, Pos pos) {
  Bindings* type = ev.newBindings(1);
  type->items[0] = {ev.names().type, 0, Value::text(kind)};
  return ev.update(set, Value::of(type), pos);
}

Value unexpectedArgument(Evaluator& ev, std::string_view function, std::string_view name,
                         std::span<const std::string_view> known) {
  const std::vector<std::string_view> names(known.begin(), known.end());
  const auto near = base::nearestNames(name, names, 1, 2);
  const std::string hint = near.empty() ? std::string() : fmt::format("Did you mean {}?", near.front());
  return ev.failText(ErrorKind::Arguments, 0,
                     fmt::format("function '{}' called with unexpected argument '{}'", function, name),
                     ev.arena().copy(std::string_view(hint)));
}

constexpr std::array<std::string_view, 11> kOptionNames = {
    "apply",    "default",         "defaultText", "description", "example", "internal",
    "readOnly", "relatedPackages", "type",        "visible",     ""};

Value mkOption(Evaluator& ev, Value* args, Pos pos) {
  args[0] = ev.force(args[0]);
  if (args[0].isError()) return args[0];
  if (args[0].is(Tag::Attrs)) {
    const std::span<const std::string_view> known(kOptionNames.data(), kOptionNames.size() - 1);
    for (const Attr* attr : ev.sortedByName(args[0].attrs))
      if (!std::binary_search(known.begin(), known.end(), ev.text(attr->name)))
        return unexpectedArgument(ev, "mkOption", ev.text(attr->name), known);
  }
  return withType(ev, args[0], "option", pos);
}

Value mkDefinition(Evaluator& ev, Value* args, Pos pos) {
  args[0] = ev.force(args[0]);
  if (args[0].is(Tag::Attrs))
    for (Symbol name : {ev.names().fileArg, ev.names().value})
      if (!args[0].attrs->find(name))
        return ev.fail(ErrorKind::Arguments, 0, "function 'mkDefinition' called without required argument '{}'",
                       ev.text(name));
  return withType(ev, args[0], "definition", pos);
}

// `(x._type or "") == type`
Value hasType(Evaluator& ev, Value type, Value x, Pos pos) {
  const Value found = ev.selectOr(x, ev.names().type, Value::text(""), pos);
  return found.isError() ? found : ev.equal(found, type, pos);
}

Value isType(Evaluator& ev, Value* args, Pos pos) { return hasType(ev, args[0], args[1], pos); }
Value isOption(Evaluator& ev, Value* args, Pos pos) { return hasType(ev, Value::text("option"), args[0], pos); }

Value setType(Evaluator& ev, Value* args, Pos pos) {
  Bindings* type = ev.newBindings(1);
  type->items[0] = {ev.names().type, pos, args[0]};
  return ev.update(args[1], Value::of(type), pos);
}

Value literal(Evaluator& ev, std::string_view kind, Value* args, Pos pos) {
  args[0] = ev.force(args[0]);
  if (args[0].isError()) return args[0];
  if (args[0].isUnknown() && possibleKinds(ev, args[0]) != kind::String) return Value::stuck();
  if (!args[0].isUnknown() && !args[0].is(Tag::String))
    return ev.fail(ErrorKind::Throw, 0, "{} expects a string.", kind);
  return typed(ev, kind, {ev.symbol("text"), pos, args[0]});
}

Value literalExpression(Evaluator& ev, Value* args, Pos pos) { return literal(ev, "literalExpression", args, pos); }
Value literalMD(Evaluator& ev, Value* args, Pos pos) { return literal(ev, "literalMD", args, pos); }

constexpr PrimOp kModules[] = {
    {"lib.mkIf", 2, mkIf, "a definition that holds under a condition"},
    {"lib.mkMerge", 1, mkMerge, "several definitions as one"},
    {"lib.mkOverride", 2, mkOverride, "a definition with a priority; lower numbers win"},
    {"lib.mkOptionDefault", 1, overrideWith<1500>, "a definition as weak as the default of an option"},
    {"lib.mkDefault", 1, overrideWith<1000>, "a definition that plain ones replace"},
    {"lib.mkImageMediaOverride", 1, overrideWith<60>, "a definition of image media profiles"},
    {"lib.mkForce", 1, overrideWith<50>, "a definition that replaces plain ones"},
    {"lib.mkVMOverride", 1, overrideWith<10>, "a definition of virtual machines made for trying out"},
    {"lib.mkOrder", 2, mkOrder, "a definition with a place among others of the same list or text"},
    {"lib.mkBefore", 1, orderWith<500>, "a definition before plain ones"},
    {"lib.mkAfter", 1, orderWith<1500>, "a definition after plain ones"},
    {"lib.mkDefinition", 1, mkDefinition, "a value with the file it comes from"},
};

constexpr PrimOp kOptions[] = {
    {"lib.mkOption", 1, mkOption, "the declaration of an option"},
    {"lib.isOption", 1, isOption, "whether a value declares an option"},
    {"lib.literalExpression", 1, literalExpression, "a text shown as it is, as Nix code"},
    {"lib.literalMD", 1, literalMD, "a text shown as it is, as Markdown"},
};

constexpr PrimOp kTypes[] = {
    {"lib.isType", 2, isType, "whether a set is marked with a type"},
    {"lib.setType", 2, setType, "a set marked with a type"},
};

}  // namespace

std::span<const PrimOp> moduleNatives() { return kModules; }
std::span<const PrimOp> optionNatives() { return kOptions; }
std::span<const PrimOp> typeNatives() { return kTypes; }

}  // namespace fleetd::lang::lib
