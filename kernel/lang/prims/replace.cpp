// The builtin replaceStrings.
#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

// Scans a known text. Replacements are forced when first used and may be unknown, so the result is a list of parts.
class Replacer {
 public:
  Replacer(Evaluator& ev, std::vector<std::string_view> from, std::span<const Value> to)
      : ev_(ev), from_(std::move(from)), to_(to.begin(), to.end()), used_(from_.size(), false) {}

  // False: `result` is what to return.
  bool scan(Value text) {
    const std::string_view s = text.string();
    context_ = ev_.contextOf(text);
    for (std::size_t at = 0; at <= s.size();) {
      const std::size_t hit = match(s.substr(at));
      if (hit == from_.size()) {
        if (at < s.size()) chars_ += s[at];
        ++at;
        continue;
      }
      if (!insert(hit)) return false;
      if (from_[hit].empty()) {
        if (at < s.size()) chars_ += s[at];
        ++at;
      } else {
        at += from_[hit].size();
      }
      if (chars_.size() > kMaxText) {
        result = tooLarge(ev_, "a string");
        return false;
      }
    }
    return true;
  }

  // What was collected since the last call, as parts for joinStrings.
  void takeParts(std::vector<Value>* parts) {
    flush();
    parts->insert(parts->end(), parts_.begin(), parts_.end());
    parts_.clear();
  }

  Value result;

 private:
  // The first pattern, in the order of the list, that the rest of the text starts with.
  std::size_t match(std::string_view rest) const {
    std::size_t i = 0;
    while (i < from_.size() && !rest.starts_with(from_[i])) ++i;
    return i;
  }

  bool insert(std::size_t i) {
    if (!used_[i]) {
      Value ignored;
      if (!wantString(ev_, to_[i], &ignored) && !to_[i].isUnknown()) {
        result = ignored;
        return false;
      }
      used_[i] = true;
    }
    if (to_[i].isUnknown()) {
      flush();
      parts_.push_back(to_[i]);
    } else {
      chars_ += to_[i].string();
      context_ = ev_.mergeContext(context_, ev_.contextOf(to_[i]));
    }
    return true;
  }

  void flush() {
    if (!chars_.empty() || context_) parts_.push_back(ev_.stringWithContext(chars_, context_));
    chars_.clear();
    context_ = nullptr;
  }

  Evaluator& ev_;
  std::vector<std::string_view> from_;
  std::vector<Value> to_;
  std::vector<bool> used_;
  std::string chars_;
  const StringContext* context_ = nullptr;
  std::vector<Value> parts_;
};

// With patterns of one byte no match crosses the border of two parts, so each part is replaced on its own.
bool splitsByPart(const std::vector<std::string_view>& from) {
  for (std::string_view pattern : from)
    if (pattern.size() != 1) return false;
  return true;
}

Value replaceStrings(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantList(ev, args[0], &out) || !wantList(ev, args[1], &out)) return out;
  if (args[0].aux != args[1].aux)
    return ev.failText(ErrorKind::Value, 0,
                       "'from' and 'to' arguments passed to builtins.replaceStrings have different lengths");
  std::vector<std::string_view> from;
  for (Value pattern : args[0].list()) {
    if (!wantString(ev, pattern, &out)) return out;
    from.push_back(pattern.string());
  }
  args[2] = ev.force(args[2]);
  const Value text = args[2];
  std::vector<Value> sources{text};
  if (text.isUnknown()) {
    if (text.unknown->op != UnknownOp::Interp || text.unknown->name || !splitsByPart(from)) return Value::stuck();
    sources.assign(text.unknown->operands().begin(), text.unknown->operands().end());
  } else if (!wantString(ev, args[2], &out)) {
    return out;
  }
  Replacer replacer(ev, from, args[1].list());
  std::vector<Value> parts;
  for (const Value& source : sources) {
    if (source.isUnknown()) {
      const Value operands[] = {args[0], args[1], ev.unknown(UnknownOp::Interp, std::span(&source, 1), pos)};
      parts.push_back(ev.unknownPrim(findPrim("replaceStrings"), operands, pos));
    } else if (replacer.scan(source)) {
      replacer.takeParts(&parts);
    } else {
      return replacer.result;
    }
  }
  return ev.joinStrings(parts, pos);
}

constexpr PrimOp kPrims[] = {
    {"replaceStrings", 3, replaceStrings, "a string with parts of it replaced"},
};

}  // namespace

std::span<const PrimOp> replacePrims() { return kPrims; }

}  // namespace fleetd::lang
