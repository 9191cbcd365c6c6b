// Natives about beginnings and ends of texts: hasPrefix hasSuffix hasInfix removePrefix removeSuffix trim
// trimWith. A string that is known in part often answers: `"/home/${name}"` begins with "/home" whatever the
// name is.
#include "kernel/base/file.hpp"
#include "kernel/lang/lib/natives.hpp"

namespace fleetd::lang::lib {

namespace {

using namespace prims;

constexpr std::string_view kBlank = " \t\r\n";
constexpr std::size_t kHashDigits = 32;  // of a store path
constexpr std::string_view kDigits = "0123456789abcdfghijklmnpqrsvwxyz";

bool isInterp(const Value& v) { return v.isUnknown() && v.unknown->op == UnknownOp::Interp && !v.unknown->name; }

// The known text a string begins with, and whether that is all of it.
struct Known {
  std::string_view text;
  bool whole = true;
};

Known beginning(const Value& v) {
  if (v.is(Tag::String)) return {v.string(), true};
  if (isInterp(v) && v.unknown->count > 0 && v.unknown->args[0].is(Tag::String))
    return {v.unknown->args[0].string(), false};
  return {{}, false};
}

Known ending(const Value& v) {
  if (v.is(Tag::String)) return {v.string(), true};
  if (isInterp(v) && v.unknown->count > 0 && v.unknown->operands().back().is(Tag::String))
    return {v.unknown->operands().back().string(), false};
  return {{}, false};
}

// A text that begins with the store path of a file, "${./x.nix}", of which all but the hash is known: a NUL stands for
// each digit of that. Empty for anything else.
std::string storeText(Evaluator& ev, const Value& v) {
  const bool parts = isInterp(v) && v.unknown->count > 0;
  const Value first = parts ? v.unknown->args[0] : v;
  if (!first.isUnknown() || first.unknown->op != UnknownOp::StorePath) return {};
  const Value path = ev.force(first.unknown->args[0]);
  // The name of a directory may be that of a whole source, which is another one in the store.
  if (!path.is(Tag::Path) || !base::isRegularFile(std::string(path.string()))) return {};
  std::string out = "/nix/store/";
  out.append(kHashDigits, '\0').append("-").append(path.string().substr(path.string().rfind('/') + 1));
  for (std::uint32_t i = 1; parts && i < v.unknown->count; ++i) {
    if (!v.unknown->args[i].is(Tag::String)) return {};
    out += v.unknown->args[i].string();
  }
  return out;
}

// Whether `text` stands at `at`: yes, no, or not decided, when that takes certain digits of the hash.
std::optional<bool> standsAt(std::string_view pattern, std::size_t at, std::string_view text) {
  if (at > pattern.size() || text.size() > pattern.size() - at) return false;
  bool sure = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = pattern[at + i] == '\0';
    if (digit ? kDigits.find(text[i]) == std::string_view::npos : pattern[at + i] != text[i]) return false;
    sure = sure && !digit;
  }
  return sure ? std::optional(true) : std::nullopt;
}

// yes, no, or not decided by what is known.
std::optional<bool> startsWith(Evaluator& ev, const Value& text, std::string_view prefix) {
  if (const std::string store = storeText(ev, text); !store.empty()) return standsAt(store, 0, prefix);
  const Known known = beginning(text);
  if (known.whole || known.text.size() >= prefix.size()) return known.text.starts_with(prefix);
  if (!prefix.starts_with(known.text)) return false;
  return std::nullopt;
}

std::optional<bool> endsWith(Evaluator& ev, const Value& text, std::string_view suffix) {
  if (const std::string store = storeText(ev, text); !store.empty())
    return suffix.size() > store.size() ? false : standsAt(store, store.size() - suffix.size(), suffix);
  const Known known = ending(text);
  if (known.whole || known.text.size() >= suffix.size()) return known.text.ends_with(suffix);
  if (!suffix.ends_with(known.text)) return false;
  return std::nullopt;
}

// The affix as a known string; a path never is one (nixpkgs warns of it and answers no). False: *out is what
// to return.
bool wantAffix(Evaluator& ev, Value& affix, bool* isPath, Value* out) {
  affix = ev.force(affix);
  *isPath = affix.is(Tag::Path);
  if (*isPath) return true;
  affix = ev.coerceToString(affix, Evaluator::Coerce::Interpolate, 0);
  if (affix.isError())
    *out = affix;
  else if (affix.isUnknown())
    *out = Value::stuck();
  else
    return true;
  return false;
}

Value textOf(Evaluator& ev, Value v) { return ev.coerceToString(v, Evaluator::Coerce::Interpolate, 0); }

template <class Question>
Value ask(Evaluator& ev, Value* args, Question question) {
  Value out;
  bool isPath = false;
  if (!wantAffix(ev, args[0], &isPath, &out)) return out;
  const Value text = textOf(ev, args[1]);
  if (text.isError()) return text;
  if (isPath) return Value::of(false);
  const std::optional<bool> answer = question(ev, text, args[0].string());
  return answer ? Value::of(*answer) : Value::stuck();
}

Value hasPrefix(Evaluator& ev, Value* args, Pos) { return ask(ev, args, startsWith); }
Value hasSuffix(Evaluator& ev, Value* args, Pos) { return ask(ev, args, endsWith); }

std::optional<bool> contains(Evaluator& ev, const Value& text, std::string_view infix) {
  if (const std::string store = storeText(ev, text); !store.empty()) {
    std::optional<bool> out = false;
    for (std::size_t at = 0; at + infix.size() <= store.size(); ++at) {
      const auto here = standsAt(store, at, infix);
      if (!here) out = std::nullopt;
      if (here && *here) return true;
    }
    return out;
  }
  if (text.is(Tag::String)) return text.string().find(infix) != std::string_view::npos;
  if (!isInterp(text)) return std::nullopt;
  for (const Value& part : text.unknown->operands())
    if (part.is(Tag::String) && part.string().find(infix) != std::string_view::npos) return true;
  return std::nullopt;
}

Value hasInfix(Evaluator& ev, Value* args, Pos) { return ask(ev, args, contains); }

Value removePrefix(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  bool isPath = false;
  if (!wantAffix(ev, args[0], &isPath, &out)) return out;
  const Value original = ev.force(args[1]);
  const Value text = textOf(ev, original);
  if (text.isError()) return text;
  const auto found = isPath ? std::optional(false) : startsWith(ev, text, args[0].string());
  if (!found) return Value::stuck();
  if (!*found) return original;
  const std::size_t cut = args[0].string().size();
  if (cut > 0 && !beginning(text).text.starts_with(args[0].string())) return Value::stuck();  // inside a store path
  // Every text begins with nothing; of one that is not known there may be no first part.
  if (cut == 0) return text;
  if (text.is(Tag::String)) return ev.stringWithContext(text.string().substr(cut), ev.contextOf(text));
  std::vector<Value> parts(text.unknown->operands().begin(), text.unknown->operands().end());
  parts.front() = ev.stringWithContext(parts.front().string().substr(cut), ev.contextOf(parts.front()));
  return ev.joinStrings(parts, pos);
}

Value removeSuffix(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  bool isPath = false;
  if (!wantAffix(ev, args[0], &isPath, &out)) return out;
  const Value original = ev.force(args[1]);
  const Value text = textOf(ev, original);
  if (text.isError()) return text;
  const auto found = isPath ? std::optional(false) : endsWith(ev, text, args[0].string());
  if (!found) return Value::stuck();
  if (!*found) return original;
  const std::size_t cut = args[0].string().size();
  if (cut > 0 && !ending(text).text.ends_with(args[0].string())) return Value::stuck();  // inside a store path
  if (cut == 0) return text;
  if (text.is(Tag::String))
    return ev.stringWithContext(text.string().substr(0, text.string().size() - cut), ev.contextOf(text));
  std::vector<Value> parts(text.unknown->operands().begin(), text.unknown->operands().end());
  const Value last = parts.back();
  parts.back() = ev.stringWithContext(last.string().substr(0, last.string().size() - cut), ev.contextOf(last));
  return ev.joinStrings(parts, pos);
}

Value trimmed(Evaluator& ev, Value text, bool start, bool end) {
  Value out;
  if (!wantText(ev, text, &out)) return out;
  std::string_view s = text.string();
  if (start) s.remove_prefix(std::min(s.find_first_not_of(kBlank), s.size()));
  if (end) s.remove_suffix(s.size() - (s.find_last_not_of(kBlank) + 1));
  // Without references, as what a regular expression matched is.
  return Value::text(s);
}

Value trim(Evaluator& ev, Value* args, Pos) { return trimmed(ev, args[0], true, true); }

Value trimWith(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantAttrs(ev, args[0], &out)) return out;
  bool which[2] = {false, false};
  const std::string_view names[2] = {"start", "end"};
  std::uint32_t known = 0;
  for (int i = 0; i < 2; ++i) {
    const Attr* attr = args[0].attrs->find(ev.symbol(names[i]));
    if (!attr) continue;
    ++known;
    Value wanted = attr->value;
    if (!wantTruth(ev, wanted, pos, &out)) return out;
    if (wanted.isUnknown()) return Value::stuck();
    which[i] = wanted.boolean();
  }
  if (known != args[0].attrs->size)
    return ev.failText(ErrorKind::Arguments, 0, "function 'trimWith' called with unexpected argument");
  return trimmed(ev, args[1], which[0], which[1]);
}

constexpr PrimOp kPrims[] = {
    {"lib.hasPrefix", 2, hasPrefix, "whether a text begins with another"},
    {"lib.hasSuffix", 2, hasSuffix, "whether a text ends with another"},
    {"lib.hasInfix", 2, hasInfix, "whether a text contains another"},
    {"lib.removePrefix", 2, removePrefix, "a text without another it begins with"},
    {"lib.removeSuffix", 2, removeSuffix, "a text without another it ends with"},
    {"lib.trim", 1, trim, "a text without blanks at its ends"},
    {"lib.trimWith", 2, trimWith, "a text without blanks at the chosen ends"},
};

}  // namespace

std::span<const PrimOp> affixNatives() { return kPrims; }

}  // namespace fleetd::lang::lib
