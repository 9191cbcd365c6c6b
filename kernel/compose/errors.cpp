// The errors of the module system (see errors.hpp).
#include "kernel/compose/errors.hpp"

#include <algorithm>
#include <vector>

#include "kernel/base/suggest.hpp"
#include "kernel/compose/compose.hpp"
#include "kernel/compose/pretty.hpp"

namespace fleetd::compose {

namespace {

constexpr std::string_view kPriorityHint =
    "Use `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.\n";

// `text` followed by the definitions and `tail`, at the place of the first of them; an error met while they are printed
// wins.
Value withDefs(Compose& c, const Loc* loc, std::string text, std::span<const Def> defs, std::string_view tail = {}) {
  const Value error = showDefs(c, defs, &text);
  if (error.isError()) return error;
  Value failed = c.fail(loc, text.append(tail), defs.empty() ? 0 : defs.front().pos);
  for (std::size_t i = 1; i < defs.size(); ++i)
    if (defs[i].pos != 0) failed = c.ev.addFrame(failed, defs[i].pos, "another definition");
  return failed;
}

std::string ofType(Type* type, const Loc* loc, Value* error) {
  const Value description = typeDescription(type);
  if (description.isError()) *error = description;
  return fmt::format("A definition for option `{}' is not of type `{}'. ", showOption(*type->c, loc),
                     description.is(Tag::String) ? description.string() : std::string_view());
}

// Names by edit distance; the same three nixpkgs' lib picks.
std::vector<std::string_view> nearest(std::string_view name, std::span<const std::string_view> siblings) {
  const std::vector<std::string_view> names(siblings.begin(), siblings.end());
  return base::nearestNames(name, names, 3, names.size() < 100 ? base::kNoBound : 2);
}

}  // namespace

Value notOfType(Type* type, const Loc* loc, std::span<const Def> invalid) {
  Value error;
  std::string text = ofType(type, loc, &error);
  return error.isError() ? error : withDefs(*type->c, loc, text + "Definition values:", invalid);
}

Value typeErrorOf(Type* type, const Loc* loc, Value head, std::span<const Def> defs) {
  Value error;
  const std::string text = ofType(type, loc, &error);
  if (error.isError()) return error;
  // The head names the definitions that do not fit; where all of them look right, something inside of one does not.
  std::vector<lang::Pos> places;
  for (const Def& def : defs)
    if (def.pos != 0 && checkValue(type, def.value).isFalse()) places.push_back(def.pos);
  if (places.empty() && !defs.empty()) places.push_back(defs.front().pos);
  Value failed =
      type->c->fail(loc, text + "TypeError: " + std::string(head.string()), places.empty() ? 0 : places.front());
  for (std::size_t i = 1; i < places.size(); ++i)
    failed = type->c->ev.addFrame(failed, places[i], "another definition");
  return failed;
}

Value noValue(Compose& c, const Loc* loc) {
  return c.fail(loc, fmt::format("The option `{}' was accessed but has no value defined. Try setting the option.",
                                 showOption(c, loc)));
}

Value conflicting(Compose& c, const Loc* loc, const Def& first, const Def& second) {
  const Def both[] = {first, second};
  return withDefs(c, loc, fmt::format("The option `{}' has conflicting definition values:", showOption(c, loc)), both,
                  "\n" + std::string(kPriorityHint));
}

Value notUnique(Compose& c, const Loc* loc, std::string_view message, std::span<const Def> defs) {
  const std::string text =
      fmt::format("The option `{}' is defined multiple times while it's expected to be unique.\n{}\nDefinition values:",
                  showOption(c, loc), message);
  return withDefs(c, loc, text, defs, "\n" + std::string(kPriorityHint));
}

Value cannotMerge(Compose& c, const Loc* loc, std::span<const Def> defs) {
  return withDefs(c, loc, fmt::format("Cannot merge definitions of `{}'. Definition values:", showOption(c, loc)),
                  defs);
}

Value readOnlyTwice(Compose& c, const Loc* loc, std::span<const Def> defs) {
  return withDefs(
      c, loc,
      fmt::format("The option `{}' is read-only, but it's set multiple times. Definition values:", showOption(c, loc)),
      defs);
}

Value notASet(Compose& c, const Loc* loc, File* file, Value value) {
  std::string path;
  std::vector<std::string> parts;
  for (const Loc* part = loc; part; part = part->up) parts.push_back(locPart(c, part));
  for (auto it = parts.rbegin(); it != parts.rend(); ++it) path += (path.empty() ? "" : ".") + *it;
  return c.fail(
      loc,
      fmt::format(
          "In module `{}', you're trying to define a value of type `{}'\nrather than an attribute set for the option\n`{}'!\n\n"
          "This usually happens if `{}' has option\ndefinitions inside that are not matched. Please check how to properly define\n"
          "this option by e.g. referring to `man 5 configuration.nix'!\n",
          c.fileName(file), valueKind(value), path, path));
}

Value noSuchOption(Compose& c, const Loc* prefix, const Loc* invalid, const Def& def,
                   std::span<const std::string_view> siblings, bool noOptions) {
  std::string text = fmt::format("The option `{}' does not exist. Definition values:", showOption(c, invalid));
  const Value error = showDefs(c, std::span<const Def>(&def, 1), &text);
  if (error.isError()) return inDefinition(c, error, def.file);
  const auto names = nearest(locPart(c, invalid), siblings);
  for (std::size_t i = 0; i < names.size(); ++i) {
    Loc* sibling = c.namedLoc(invalid->up, names[i]);
    text += i == 0 ? "\n\nDid you mean " : i + 1 == names.size() ? " or " : ", ";
    text += fmt::format("`{}'", showOption(c, sibling));
  }
  if (!names.empty()) text += '?';
  if (!noOptions) return c.fail(invalid, text, def.pos);
  if (!prefix)
    return c.fail(
        invalid,
        text +
            "\n\nIt seems as if you're trying to declare an option by placing it into `config' rather than `options'!\n",
        def.pos);
  return c.fail(
      invalid,
      fmt::format(
          "{}\n\nHowever there are no options defined in `{}'. Are you sure you've\n"
          "declared your options properly? This can happen if you e.g. declared your options in `types.submodule'\n"
          "under `config' rather than `options'.\n",
          text, showOption(c, prefix)),
      def.pos);
}

Value incoherentCheck(Type* type, const Loc* loc) {
  const Value description = typeDescription(type);
  if (description.isError()) return description;
  return type->c->fail(
      loc,
      fmt::format(
          "The option `{}' has a type `{}' that uses\nan ad-hoc `type // {{ check = ...; }}' override, which is incompatible with\n"
          "the v2 merge mechanism.\n\nPlease use `lib.types.addCheck` instead of `type // {{ check }}' to add\ncustom validation. "
          "For example:\n\n  lib.types.addCheck baseType (value: /* your check */)\n\ninstead of:\n\n"
          "  baseType // {{ check = value: /* your check */; }}\n",
          showOption(*type->c, loc), description.string()));
}

Value inOption(Compose& c, Value error, const Loc* loc) {
  if (!error.isError()) return error;
  const std::string name = showOption(c, loc);
  error = c.ev.addFrame(error, 0, fmt::format("while evaluating the option `{}':", name));
  if (!error.error->option.empty()) return error;
  auto* copy = c.ev.arena().make<lang::EvalError>(*error.error);
  copy->option = c.ev.arena().copy(std::string_view(name));
  return Value::of(copy);
}

Value inDefinition(Compose& c, Value error, File* file) {
  return error.isError()
             ? c.ev.addFrame(error, 0, fmt::format("while evaluating definitions from `{}':", c.fileName(file)))
             : error;
}

std::string_view valueKind(Value v) {
  switch (v.tag) {
    case Tag::Null: return "null";
    case Tag::Bool: return "bool";
    case Tag::Int: return "int";
    case Tag::Float: return "float";
    case Tag::String: return "string";
    case Tag::Path: return "path";
    case Tag::List: return "list";
    case Tag::Attrs: return "set";
    case Tag::Lambda:
    case Tag::Prim:
    case Tag::PrimApp: return "lambda";
    default: return "unknown";
  }
}

}  // namespace fleetd::compose
