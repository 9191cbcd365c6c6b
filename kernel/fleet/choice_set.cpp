#include "kernel/fleet/choice_set.hpp"

#include <algorithm>
#include <array>

#include "kernel/compose/model.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::fleet {

namespace {

using lang::Attr;
using lang::BinaryOp;
using lang::Evaluator;
using lang::Symbol;
using lang::Tag;
using lang::UnknownOp;
using lang::Value;

constexpr int kMaxDepth = 32;              // conditions inside of each other
constexpr std::size_t kMaxNames = 20'000;  // of all cases together
constexpr std::size_t kMaxCases = 4'096;   // looked at for one set

class Choice {
 public:
  Choice(Evaluator& ev, const CaseReader& reader) : ev_(ev), reader_(reader) {}

  // Whether the names of all cases are known.
  bool names(Value v, int depth = 0) {
    v = ev_.force(v);
    if (v.is(Tag::Attrs)) return isRecord(v) && add(v);
    if (!v.isUnknown() || depth > kMaxDepth) return false;
    if (reader_.isRest(v)) return true;
    if (const auto own = reader_.names(v)) {
      found.insert(found.end(), own->begin(), own->end());
      return found.size() <= kMaxNames;
    }
    const lang::Unknown& u = *v.unknown;
    switch (u.op) {
      case UnknownOp::Assert: return names(u.args[1], depth + 1);
      case UnknownOp::If: {
        // A branch that fails does not happen.
        const Value then = ev_.force(u.args[1]), otherwise = ev_.force(u.args[2]);
        if (then.isError() && otherwise.isError()) return false;
        return (then.isError() || names(then, depth + 1)) && (otherwise.isError() || names(otherwise, depth + 1));
      }
      case UnknownOp::Binary:
        return u.binary == BinaryOp::Update && names(u.args[0], depth + 1) && names(u.args[1], depth + 1);
      default: return false;
    }
  }

  // What `name` is, under all conditions; nullopt where it is in no case.
  std::optional<Value> pick(Value v, Symbol name) {
    if (++cases_ > kMaxCases) return ev_.select(v, name, 0);
    v = ev_.force(v);
    if (v.is(Tag::Attrs)) {
      const Attr* attr = v.attrs->find(name);
      return attr ? std::optional(ev_.force(attr->value)) : std::nullopt;
    }
    if (reader_.isRest(v)) return std::nullopt;
    const lang::Unknown& u = *v.unknown;
    if (u.op == UnknownOp::Assert) return perhaps(ev_.force(u.args[0]), pick(u.args[1], name), u.pos);
    if (u.op == UnknownOp::If) return branches(u, name);
    // The right side of an update comes first; where it may not have the name, the left side is the other case.
    const auto right = pick(u.args[1], name);
    if (!right) return pick(u.args[0], name);
    const Value has = ev_.hasAttr(u.args[1], name, u.pos);
    if (!has.isUnknown()) return right;
    const auto left = pick(u.args[0], name);
    if (!left) return right;
    return either(has, inside(*right), *left, u.pos);
  }

  std::vector<Symbol> found;

 private:
  bool isRecord(Value v) const {
    const lang::Names& n = ev_.names();
    return !v.attrs->find(n.toString) && !v.attrs->find(n.outPath) && !v.attrs->find(n.functor) &&
           !v.attrs->find(n.type);
  }

  bool add(Value v) {
    for (const Attr& attr : *v.attrs) found.push_back(attr.name);
    return found.size() <= kMaxNames;
  }

  std::optional<Value> branches(const lang::Unknown& u, Symbol name) {
    const Value condition = ev_.force(u.args[0]), then = ev_.force(u.args[1]), otherwise = ev_.force(u.args[2]);
    if (then.isError()) return pick(otherwise, name);
    if (otherwise.isError()) return pick(then, name);
    const auto a = pick(then, name), b = pick(otherwise, name);
    if (a && b) return either(condition, *a, *b, u.pos);
    return a ? perhaps(condition, a, u.pos) : perhaps(lang::unknownNot(ev_, condition, u.pos), b, u.pos);
  }

  // The right side of an update under its own condition, which the choice says already.
  static Value inside(Value v) { return v.isUnknown() && v.unknown->op == UnknownOp::Assert ? v.unknown->args[1] : v; }

  std::optional<Value> perhaps(Value condition, std::optional<Value> value, lang::Pos pos) {
    if (!value || value->isError() || !condition.isUnknown()) return value;
    const std::array parts{condition, *value};
    return ev_.unknown(UnknownOp::Assert, parts, pos);
  }

  bool sameReference(Value a, Value b) {
    const auto one = lang::asReference(ev_, a), other = lang::asReference(ev_, b);
    return one && other && one->root == other->root && one->path == other->path;
  }

  // Whether they are the same for sure; lists may hold references.
  bool same(Value a, Value b, int depth = 0) {
    if (a.is(Tag::Attrs) && b.is(Tag::Attrs)) return a.attrs == b.attrs;
    if (!a.is(Tag::List) || !b.is(Tag::List))
      return a.isUnknown() || b.isUnknown() ? sameReference(a, b) : a.tag == b.tag && ev_.equal(a, b, 0).isTrue();
    if (a.list().size() != b.list().size() || depth > kMaxDepth) return false;
    for (std::size_t i = 0; i < a.list().size(); ++i)
      if (!same(ev_.force(a.list()[i]), ev_.force(b.list()[i]), depth + 1)) return false;
    return true;
  }

  Value either(Value condition, Value a, Value b, lang::Pos pos) {
    a = ev_.force(a);
    b = ev_.force(b);
    if (same(a, b)) return a;
    return lang::foldIf(ev_, condition, a, b, pos);
  }

  Evaluator& ev_;
  const CaseReader& reader_;
  std::size_t cases_ = 0;
};

}  // namespace

std::optional<std::vector<Attr>> attrsOfChoice(Evaluator& ev, Value v, const CaseReader& reader) {
  if (!v.isUnknown() || reader.isRest(v)) return std::nullopt;
  Choice all(ev, reader);
  if (!all.names(v) || all.found.empty()) return std::nullopt;
  std::sort(all.found.begin(), all.found.end());
  all.found.erase(std::unique(all.found.begin(), all.found.end()), all.found.end());
  std::vector<Attr> out;
  for (const Symbol name : all.found)
    if (auto value = Choice(ev, reader).pick(v, name)) out.push_back({name, 0, *value});
  std::sort(out.begin(), out.end(), [&](const Attr& a, const Attr& b) { return ev.text(a.name) < ev.text(b.name); });
  return out;
}

bool isReferenceTo(Evaluator& ev, Value v, std::string_view path) {
  const auto reference = lang::asReference(ev, v);
  if (!reference || reference->root != "config" || reference->path.empty()) return false;
  std::string own;
  for (const Symbol name : reference->path) own += (own.empty() ? "" : ".") + compose::showOptionPart(ev.text(name));
  return path == own || path.ends_with("." + own);
}

}  // namespace fleetd::fleet
