// Builtins on strings: stringLength substring concatStringsSep replaceStrings toString baseNameOf dirOf.
// Of partly known strings the known parts stay known.
#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

bool isInterp(const Value& v) { return v.isUnknown() && v.unknown->op == UnknownOp::Interp && !v.unknown->name; }

Value interp(Evaluator& ev, std::span<const Value> parts, Pos pos) { return ev.unknown(UnknownOp::Interp, parts, pos); }

// Part of a string, with all of its context.
Value slice(Evaluator& ev, Value text, std::size_t begin, std::size_t length) {
  const std::string_view part =
      begin >= text.string().size() ? std::string_view() : text.string().substr(begin, length);
  return ev.contextOf(text) ? ev.stringWithContext(part, ev.contextOf(text)) : Value::text(part);
}

Value stringLength(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantText(ev, args[0], &out)) return out;
  return Value::of(static_cast<std::int64_t>(args[0].string().size()));
}

// A piece of a string whose first part is known: what lies in that part is known. (References of the unknown rest are
// not: where they matter, in a derivation, nothing is built from the piece natively.)
Value substringOfInterp(Evaluator& ev, std::size_t start, std::int64_t length, Value text, Pos pos) {
  const auto parts = text.unknown->operands();
  if (length == 0) return Value::text("");
  if (parts.empty() || !parts[0].is(Tag::String)) return Value::stuck();
  const std::size_t known = parts[0].string().size();
  if (start >= known) return Value::stuck();
  const std::size_t inFirst = known - start;
  if (length > 0 && static_cast<std::uint64_t>(length) <= inFirst)
    return slice(ev, parts[0], start, static_cast<std::size_t>(length));
  std::vector<Value> out{slice(ev, parts[0], start, inFirst)};
  const Value rest = interp(ev, parts.subspan(1), pos);
  if (length < 0) {
    out.push_back(rest);
  } else {
    const Value operands[] = {Value::of(std::int64_t{0}), Value::of(length - static_cast<std::int64_t>(inFirst)), rest};
    out.push_back(ev.unknownPrim(findPrim("substring"), operands, pos));
  }
  return ev.joinStrings(out, pos);
}

Value substring(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantInt(ev, args[0], &out)) return out;
  const std::int64_t start = args[0].integer;
  if (start < 0) return ev.failText(ErrorKind::Range, 0, "negative start position in 'substring'");
  if (!wantInt(ev, args[1], &out)) return out;
  const std::int64_t length = args[1].integer;
  Value text = ev.coerceToString(args[2], Evaluator::Coerce::Interpolate, 0);
  if (text.isError()) return text;
  if (isInterp(text)) return substringOfInterp(ev, static_cast<std::size_t>(start), length, text, pos);
  if (text.isUnknown()) return Value::stuck();
  return slice(ev, text, static_cast<std::size_t>(start),
               length < 0 ? std::string_view::npos : static_cast<std::size_t>(length));
}

// The elements of known pieces as text with separators between them.
bool addJoined(Evaluator& ev, Value separator, Value list, std::vector<Value>* parts, Value* out) {
  bool first = true;
  for (const Value& element : list.list()) {
    const Value text = ev.coerceToString(element, Evaluator::Coerce::Interpolate, 0);
    if (text.isError()) {
      *out = text;
      return false;
    }
    if (!first && !separator.string().empty()) parts->push_back(separator);
    first = false;
    parts->push_back(text);
  }
  return true;
}

Value joined(Evaluator& ev, std::span<const Value> parts, Pos pos) {
  std::uint64_t size = 0;
  for (const Value& part : parts) size += part.is(Tag::String) ? part.aux : 0;
  if (size > kMaxText) return tooLarge(ev, "a string");
  return ev.joinStrings(parts, pos);
}

// Unknown segments between known elements: whether a separator stands beside one depends on whether it is empty.
// Joining it with an empty string on each known side gives exactly the text between the neighbours.
Value concatPieces(Evaluator& ev, Value separator, std::span<const Value> pieces, Pos pos) {
  std::vector<Value> parts;
  Value out;
  const Value empty = Value::text("");
  const Value one = ev.list(std::span(&empty, 1));
  for (std::size_t i = 0; i < pieces.size();) {
    if (!pieces[i].isUnknown()) {
      if (!addJoined(ev, separator, pieces[i++], &parts, &out)) return out;
      continue;
    }
    ListBuilder gap(ev);
    if (i > 0) gap.addPiece(one);
    while (i < pieces.size() && pieces[i].isUnknown()) gap.addPiece(pieces[i++]);
    if (i < pieces.size()) gap.addPiece(one);
    const Value operands[] = {separator, gap.finish(pos)};
    parts.push_back(ev.unknownPrim(findPrim("concatStringsSep"), operands, pos));
  }
  return joined(ev, parts, pos);
}

Value concatStringsSep(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantString(ev, args[0], &out)) return out;
  std::vector<Value> pieces;
  args[1] = ev.force(args[1]);
  if (!listPieces(ev, args[1], &pieces, &out)) return out;
  if (pieces.size() == 1 && pieces[0].isUnknown()) return Value::stuck();
  return concatPieces(ev, args[0], pieces, pos);
}

Value toStringPrim(Evaluator& ev, Value* args, Pos) {
  args[0] = ev.force(args[0]);
  if (args[0].isUnknown() && possibleKinds(ev, args[0]) != kind::String) return Value::stuck();
  return ev.coerceToString(args[0], Evaluator::Coerce::ToString, 0);
}

// The part after the last slash, one trailing slash not counted.
std::string_view baseName(std::string_view path) {
  if (path.size() > 1 && path.back() == '/')
    path.remove_suffix(1);
  else if (path == "/")
    return {};
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

Value baseNameOf(Evaluator& ev, Value* args, Pos) {
  const Value text = ev.coerceToString(args[0], Evaluator::Coerce::Plain, 0);
  if (text.isError()) return text;
  if (isInterp(text) && text.unknown->count > 1) {
    // The last part decides when it holds the slash before the name.
    const Value last = text.unknown->operands().back();
    if (!last.is(Tag::String)) return Value::stuck();
    std::string_view tail = last.string();
    if (tail.size() > 1 && tail.back() == '/') tail.remove_suffix(1);
    if (tail == "/" || tail.find('/') == std::string_view::npos) return Value::stuck();
    return Value::text(baseName(last.string()));
  }
  if (text.isUnknown()) return Value::stuck();
  const std::string_view base = baseName(text.string());
  return ev.contextOf(text) ? ev.stringWithContext(base, ev.contextOf(text)) : Value::text(base);
}

Value dirOf(Evaluator& ev, Value* args, Pos) {
  args[0] = ev.force(args[0]);
  const Value text = ev.coerceToString(args[0], Evaluator::Coerce::Plain, 0);
  if (text.isError()) return text;
  if (text.isUnknown()) return Value::stuck();
  const std::size_t slash = text.string().rfind('/');
  const std::string_view dir = slash == std::string_view::npos ? "."
                               : slash == 0                    ? "/"
                                                               : text.string().substr(0, slash);
  if (args[0].is(Tag::Path)) return ev.path(dir);
  return ev.contextOf(text) ? ev.stringWithContext(dir, ev.contextOf(text)) : Value::text(dir);
}

constexpr PrimOp kPrims[] = {
    {"stringLength", 1, stringLength, "the length of a string in bytes"},
    {"substring", 3, substring, "a part of a string by start and length"},
    {"concatStringsSep", 2, concatStringsSep, "strings joined with a separator"},
    {"toString", 1, toStringPrim, "a value as a string"},
    {"baseNameOf", 1, baseNameOf, "the last component of a path"},
    {"dirOf", 1, dirOf, "a path without its last component"},
};

}  // namespace

std::span<const PrimOp> stringPrims() { return kPrims; }

}  // namespace fleetd::lang
