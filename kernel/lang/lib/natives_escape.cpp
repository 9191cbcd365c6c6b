// Natives that quote texts for other languages: escape escapeRegex escapeXML escapeURL escapeShellArg
// escapeShellArgs.
#include <algorithm>

#include "kernel/lang/lib/natives.hpp"

namespace fleetd::lang::lib {

namespace {

using namespace prims;

struct Replacement {
  std::string_view from;
  std::string_view to;
};

Value replaceAll(Evaluator& ev, std::span<const Replacement> table, Value text, Pos pos) {
  std::vector<Value> from, to;
  for (const Replacement& row : table) {
    from.push_back(Value::text(row.from));
    to.push_back(Value::text(row.to));
  }
  return applyPrim(ev, findPrim("replaceStrings"), {ev.list(from), ev.list(to), text}, pos);
}

// A backslash before each of the texts of a list.
Value escape(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantList(ev, args[0], &out)) return out;
  std::vector<Value> to;
  for (const Value& text : args[0].list()) {
    const Value coerced = ev.coerceToString(text, Evaluator::Coerce::Interpolate, 0);
    if (coerced.isError()) return coerced;
    const Value parts[] = {Value::text("\\"), coerced};
    to.push_back(ev.joinStrings(parts, pos));
  }
  return applyPrim(ev, findPrim("replaceStrings"), {args[0], ev.list(to), args[1]}, pos);
}

Value escapeRegex(Evaluator& ev, Value* args, Pos pos) {
  static constexpr Replacement kTable[] = {{"\\", "\\\\"}, {"[", "\\["}, {"{", "\\{"}, {"(", "\\("},
                                           {")", "\\)"},   {"^", "\\^"}, {"$", "\\$"}, {"?", "\\?"},
                                           {"*", "\\*"},   {"+", "\\+"}, {"|", "\\|"}, {".", "\\."}};
  return replaceAll(ev, kTable, args[0], pos);
}

Value escapeXML(Evaluator& ev, Value* args, Pos pos) {
  static constexpr Replacement kTable[] = {
      {"\"", "&quot;"}, {"'", "&apos;"}, {"<", "&lt;"}, {">", "&gt;"}, {"&", "&amp;"}};
  return replaceAll(ev, kTable, args[0], pos);
}

bool isUnreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

// Only the characters nixpkgs has in its table are escaped: bytes outside of ASCII stay.
bool isEscapedInUrl(unsigned char c) {
  return (c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c <= '~')) && !isUnreserved(c);
}

Value escapeURL(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  args[0] = ev.force(args[0]);
  if (args[0].is(Tag::String)) {
    std::string text;
    for (char c : args[0].string()) {
      const auto byte = static_cast<unsigned char>(c);
      if (isEscapedInUrl(byte))
        text += fmt::format("%{:02X}", byte);
      else
        text += c;
    }
    return ev.stringWithContext(text, ev.contextOf(args[0]));
  }
  std::vector<Value> from, to;
  for (unsigned c = 0; c < 128; ++c) {
    const auto byte = static_cast<unsigned char>(c);
    if (!isEscapedInUrl(byte)) continue;
    const char text = static_cast<char>(byte);
    from.push_back(ev.string(std::string_view(&text, 1)));
    to.push_back(ev.string(fmt::format("%{:02X}", byte)));
  }
  return applyPrim(ev, findPrim("replaceStrings"), {ev.list(from), ev.list(to), args[0]}, pos);
}

// Characters no shell gives a meaning to. Letters are those of the C locale.
bool isSafeInShell(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return isUnreserved(byte) ? c != '~' : std::string_view(",+:@%/").find(c) != std::string_view::npos;
}

Value escapeShellArg(Evaluator& ev, Value* args, Pos pos) {
  // A residual of toString stays one of the whole operand.
  Value text = applyPrim(ev, findPrim("toString"), {args[0]}, pos);
  if (text.isError()) return text;
  if (text.is(Tag::String)) {
    const std::string_view s = text.string();
    if (!s.empty() && std::all_of(s.begin(), s.end(), isSafeInShell)) return text;
  } else {
    // An unsafe character in a known part decides that there are quotes.
    const bool isInterp = text.unknown->op == UnknownOp::Interp && !text.unknown->name;
    const auto unsafe = [](const Value& part) {
      return part.is(Tag::String) && !std::all_of(part.string().begin(), part.string().end(), isSafeInShell);
    };
    if (!isInterp || std::none_of(text.unknown->operands().begin(), text.unknown->operands().end(), unsafe))
      return Value::stuck();
  }
  static constexpr Replacement kQuote[] = {{"'", "'\\''"}};
  const Value inner = replaceAll(ev, kQuote, text, pos);
  if (inner.isError()) return inner;
  const Value parts[] = {Value::text("'"), inner, Value::text("'")};
  return ev.joinStrings(parts, pos);
}

Value escapeShellArgs(Evaluator& ev, Value* args, Pos pos) {
  const Value quoted =
      applyPrim(ev, findPrim("map"), {Value::of(findNative("strings", "escapeShellArg")), args[0]}, pos);
  return quoted.isError() ? quoted : applyPrim(ev, findPrim("concatStringsSep"), {Value::text(" "), quoted}, pos);
}

constexpr PrimOp kPrims[] = {
    {"lib.escape", 2, escape, "a text with a backslash before some others"},
    {"lib.escapeRegex", 1, escapeRegex, "a text as a regular expression that matches just it"},
    {"lib.escapeXML", 1, escapeXML, "a text as text of XML"},
    {"lib.escapeURL", 1, escapeURL, "a text as part of a URL"},
    {"lib.escapeShellArg", 1, escapeShellArg, "a value as one word of a shell"},
    {"lib.escapeShellArgs", 1, escapeShellArgs, "values as words of a shell"},
};

}  // namespace

std::span<const PrimOp> escapeNatives() { return kPrims; }

}  // namespace fleetd::lang::lib
