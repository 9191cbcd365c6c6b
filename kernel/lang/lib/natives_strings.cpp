// Natives that join, split and change texts: concatMapStringsSep concatLines splitString toUpper
// replaceString … Of partly known strings the known parts stay known.
#include "kernel/lang/lib/natives.hpp"

namespace fleetd::lang::lib {

namespace {

using namespace prims;

const PrimOp* self(std::string_view name) { return findNative("strings", name); }

Value withContextOf(Evaluator& ev, std::string_view text, Value source) {
  return ev.stringWithContext(text, ev.contextOf(source));
}

Value join(Evaluator& ev, Value separator, Value list, Pos pos) {
  return applyPrim(ev, findPrim("concatStringsSep"), {separator, list}, pos);
}

Value concatStrings(Evaluator& ev, Value* args, Pos pos) { return join(ev, Value::text(""), args[0], pos); }

Value concatMapStringsSep(Evaluator& ev, Value* args, Pos pos) {
  const Value mapped = applyPrim(ev, findPrim("map"), {args[1], args[2]}, pos);
  return mapped.isError() ? mapped : join(ev, args[0], mapped, pos);
}

Value concatMapStrings(Evaluator& ev, Value* args, Pos pos) {
  Value operands[] = {Value::text(""), args[0], args[1]};
  return concatMapStringsSep(ev, operands, pos);
}

// Every line with its newline: for a list of no lines that is the empty text.
Value concatLines(Evaluator& ev, Value* args, Pos pos) {
  args[0] = ev.force(args[0]);
  Value out;
  std::vector<Value> pieces;
  if (!listPieces(ev, args[0], &pieces, &out)) return out;
  if (!allKnown(pieces)) {
    const auto moved = distribute(ev, self("concatLines"), {args, 1}, 0, pos);
    return moved ? *moved : Value::stuck();
  }
  std::vector<Value> parts;
  for (const Value& line : elementsOf(pieces)) {
    const Value text = ev.coerceToString(line, Evaluator::Coerce::Interpolate, 0);
    if (text.isError()) return text;
    parts.push_back(text);
    parts.push_back(Value::text("\n"));
  }
  return ev.joinStrings(parts, pos);
}

Value optionalString(Evaluator& ev, Value* args, Pos pos) { return choose(ev, args[0], args[1], Value::text(""), pos); }

Value stringToCharacters(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantText(ev, args[0], &out)) return out;
  const std::string_view text = args[0].string();
  auto list = ev.newList(static_cast<std::uint32_t>(text.size()));
  const bool plain = ev.contextOf(args[0]) == nullptr;
  for (std::size_t i = 0; i < text.size(); ++i)
    list[i] = plain ? Value::text(text.substr(i, 1)) : withContextOf(ev, text.substr(i, 1), args[0]);
  return Value::list(list);
}

// The parts of a text between separators, each with the context of the whole.
Value splitString(Evaluator& ev, Value* args, Pos) {
  Value out;
  for (int i = 0; i < 2; ++i) {
    args[i] = ev.coerceToString(args[i], Evaluator::Coerce::ToString, 0);
    if (args[i].isError()) return args[i];
    if (args[i].isUnknown()) return Value::stuck();
  }
  const std::string_view separator = args[0].string(), text = args[1].string();
  if (separator.empty()) {
    // What the empty regular expression matches: every border between bytes.
    std::vector<Value> parts{withContextOf(ev, "", args[1])};
    for (std::size_t i = 0; i < text.size(); ++i) parts.push_back(withContextOf(ev, text.substr(i, 1), args[1]));
    parts.push_back(withContextOf(ev, "", args[1]));
    return ev.list(parts);
  }
  std::vector<Value> parts;
  std::size_t at = 0;
  for (std::size_t hit; (hit = text.find(separator, at)) != std::string_view::npos; at = hit + separator.size())
    parts.push_back(withContextOf(ev, text.substr(at, hit - at), args[1]));
  parts.push_back(withContextOf(ev, text.substr(at), args[1]));
  return ev.list(parts);
}

// Changes the bytes of every known part; what is unknown is changed later.
Value perPart(Evaluator& ev, const PrimOp* prim, Value text, char (*change)(char), Pos pos) {
  if (text.isUnknown()) {
    if (text.unknown->op != UnknownOp::Interp || text.unknown->name) return Value::stuck();
    std::vector<Value> parts;
    for (const Value& part : text.unknown->operands())
      parts.push_back(part.is(Tag::String) ? perPart(ev, prim, part, change, pos)
                                           : ev.unknownPrim(prim, std::span(&part, 1), pos));
    return ev.joinStrings(parts, pos);
  }
  std::string changed(text.string());
  for (char& c : changed) c = change(c);
  return withContextOf(ev, changed, text);
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

Value changeCase(Evaluator& ev, std::string_view name, Value v, char (*change)(char), Pos pos) {
  Value out;
  if (!wantString(ev, v, &out) && !out.isStuck()) return out;
  return perPart(ev, self(name), v, change, pos);
}

Value toUpper(Evaluator& ev, Value* args, Pos pos) { return changeCase(ev, "toUpper", args[0], upper, pos); }
Value toLower(Evaluator& ev, Value* args, Pos pos) { return changeCase(ev, "toLower", args[0], lower, pos); }

Value replaceString(Evaluator& ev, Value* args, Pos pos) {
  const Value from = ev.list(std::span<const Value>(args, 1)), to = ev.list(std::span<const Value>(args + 1, 1));
  return applyPrim(ev, findPrim("replaceStrings"), {from, to, args[2]}, pos);
}

// The number of a character nixpkgs has in its table: tab, newline, return, and the printable ones of ASCII.
Value charToInt(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantString(ev, args[0], &out)) return out;
  const std::string_view text = args[0].string();
  const int code = text.size() == 1 ? static_cast<unsigned char>(text[0]) : -1;
  if (code == '\t' || code == '\n' || code == '\r' || (code >= ' ' && code <= '~'))
    return Value::of(static_cast<std::int64_t>(code));
  return missingAttr(ev, ev.symbol(text));
}

Value isStringLike(Evaluator& ev, Value* args, Pos) {
  args[0] = ev.force(args[0]);
  if (args[0].isError()) return args[0];
  if (args[0].isUnknown()) {
    const unsigned kinds = possibleKinds(ev, args[0]);
    if (!(kinds & (kind::String | kind::Path | kind::Set))) return Value::of(false);
    return kinds & ~(kind::String | kind::Path) ? Value::stuck() : Value::of(true);
  }
  if (args[0].is(Tag::Attrs))
    return Value::of(args[0].attrs->find(ev.names().outPath) || args[0].attrs->find(ev.names().toString));
  return Value::of(args[0].is(Tag::String) || args[0].is(Tag::Path));
}

constexpr PrimOp kPrims[] = {
    {"lib.concatStrings", 1, concatStrings, "texts one after the other"},
    {"lib.concatMapStrings", 2, concatMapStrings, "a function's texts one after the other"},
    {"lib.concatMapStringsSep", 3, concatMapStringsSep, "a function's texts with a separator between them"},
    {"lib.concatLines", 1, concatLines, "texts as lines"},
    {"lib.optionalString", 2, optionalString, "a text, or an empty one"},
    {"lib.stringToCharacters", 1, stringToCharacters, "the bytes of a text"},
    {"lib.splitString", 2, splitString, "the parts of a text between separators"},
    {"lib.toUpper", 1, toUpper, "a text in capital letters"},
    {"lib.toLower", 1, toLower, "a text in small letters"},
    {"lib.replaceString", 3, replaceString, "a text with another in place of each occurrence of a third"},
    {"lib.isStringLike", 1, isStringLike, "whether a value coerces to a string like a path does"},
    {"lib.strings.charToInt", 1, charToInt, "the number of a character"},
};

}  // namespace

std::span<const PrimOp> stringNatives() { return kPrims; }

}  // namespace fleetd::lang::lib
