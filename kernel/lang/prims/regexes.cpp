// Builtins with regular expressions: match split.
#include <map>
#include <memory>
#include <string>

#include "kernel/lang/prims/support.hpp"
#include "kernel/lang/regex.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

using Compiled = std::shared_ptr<const Regex>;

// The same few patterns are used again and again, most of them by nixpkgs' lib.
std::map<std::string, Compiled, std::less<>>& compiledBefore() {
  thread_local std::map<std::string, Compiled, std::less<>> patterns;
  return patterns;
}

Compiled compile(Evaluator& ev, std::string_view pattern, Value* out) {
  constexpr std::size_t kMostKept = 128;
  auto& known = compiledBefore();
  if (const auto found = known.find(pattern); found != known.end()) return found->second;
  Regex::Problem problem{};
  if (auto regex = Regex::compile(pattern, &problem)) {
    if (known.size() >= kMostKept) known.clear();
    return known.emplace(pattern, std::make_shared<const Regex>(std::move(*regex))).first->second;
  }
  *out = problem == Regex::Problem::Invalid
             ? ev.fail(ErrorKind::Regex, 0, "invalid regular expression '{}'", pattern)
             : ev.fail(ErrorKind::Regex, 0, "memory limit exceeded by regular expression '{}'", pattern);
  return nullptr;
}

Value overrun(Evaluator& ev, std::string_view pattern) {
  return ev.failText(ErrorKind::Regex, 0, fmt::format("regular expression '{}' takes too long on this text", pattern),
                     "nested repetitions like (a*)* try every way to divide the text");
}

Value groupList(Evaluator& ev, const std::vector<Submatch>& groups, std::string_view text) {
  auto list = ev.newList(static_cast<std::uint32_t>(groups.size() - 1));
  for (std::size_t i = 1; i < groups.size(); ++i)
    list[i - 1] =
        groups[i].matched ? Value::text(text.substr(groups[i].begin, groups[i].end - groups[i].begin)) : Value::null();
  return Value::list(list);
}

Value match(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantPlainString(ev, args[0], &out)) return out;
  const auto regex = compile(ev, args[0].string(), &out);
  if (!regex) return out;
  if (!wantString(ev, args[1], &out)) return out;
  Matcher matcher(*regex, args[1].string());
  switch (matcher.matchWhole()) {
    case Matcher::Result::No: return Value::null();
    case Matcher::Result::Yes: return groupList(ev, matcher.groups(), args[1].string());
    case Matcher::Result::Overrun: break;
  }
  return overrun(ev, args[0].string());
}

Value split(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantPlainString(ev, args[0], &out)) return out;
  const auto regex = compile(ev, args[0].string(), &out);
  if (!regex) return out;
  if (!wantString(ev, args[1], &out)) return out;
  const std::string_view text = args[1].string();
  Matcher matcher(*regex, text);
  std::vector<Value> parts;
  std::size_t from = 0;
  Matcher::Result result = matcher.next();
  for (; result == Matcher::Result::Yes; result = matcher.next()) {
    const Submatch whole = matcher.groups()[0];
    parts.push_back(Value::text(text.substr(from, whole.begin - from)));
    parts.push_back(groupList(ev, matcher.groups(), text));
    from = whole.end;
  }
  if (result == Matcher::Result::Overrun) return overrun(ev, args[0].string());
  if (parts.empty()) return ev.list(std::span(&args[1], 1));
  parts.push_back(Value::text(text.substr(from)));
  return ev.list(parts);
}

constexpr PrimOp kPrims[] = {
    {"match", 2, match, "the groups of a regular expression that matches a whole string, or null"},
    {"split", 2, split, "a string split at the matches of a regular expression, with their groups between"},
};

}  // namespace

std::span<const PrimOp> regexPrims() { return kPrims; }

}  // namespace fleetd::lang
