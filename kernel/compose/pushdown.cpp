// Definitions on their way down the tree of options: properties around sets move to the sets' attributes.
#include <algorithm>

#include "kernel/compose/errors.hpp"
#include "kernel/compose/evaluation.hpp"
#include "kernel/compose/kept.hpp"
#include "kernel/compose/merge.hpp"
#include "kernel/compose/small_vector.hpp"

namespace fleetd::compose {

namespace {

constexpr std::uint32_t kUnmatched = 0xffffffffu;

class PushDown {
 public:
  PushDown(Level& level, SmallVector<Part, 16>& out) : level_(level), c_(*level.evaluation->c), out_(out) {}

  // Null, or the error.
  Value add(Value raw, File* file, const Wrap* wraps) {
    const Value v = c_.ev.force(raw);
    if (v.isError()) return v;
    if (v.isUnknown()) return unknown(v, file, wraps);
    if (!v.is(Tag::Attrs)) return notASet(c_, level_.loc, file, v);
    Value error;
    const Property property = propertyOf(c_, v, &error);
    if (error.isError()) return error;
    switch (property) {
      case Property::Merge: {
        const Value contents = c_.ev.select(v, c_.common.contents, 0);
        if (contents.isUnknown()) return unknown(contents, file, wraps);
        if (!contents.is(Tag::List)) return contents.isError() ? contents : c_.ev.typeError("a list", contents, 0);
        for (Value part : contents.list()) {
          error = add(part, file, wraps);
          if (error.isError()) return error;
        }
        return {};
      }
      case Property::If: return inside(v, c_.common.condition, Wrap::Kind::If, file, wraps);
      case Property::Override: return inside(v, c_.common.priority, Wrap::Kind::Override, file, wraps);
      case Property::None:
      case Property::Order:
      case Property::Definition:
      case Property::Other: break;
    }
    out_.push({v.attrs, file, wraps});
    return {};
  }

 private:
  Value inside(Value v, Symbol parameter, Wrap::Kind kind, File* file, const Wrap* wraps) {
    const Attr* value = v.attrs->find(parameter);
    const Attr* content = v.attrs->find(c_.common.content);
    if (!value) return c_.ev.select(v, parameter, 0);
    if (!content) return c_.ev.select(v, c_.common.content, 0);
    return add(content->value, file, c_.ev.arena().make<Wrap>(Wrap{wraps, kind, value->value, false}));
  }

  // Definitions that are known only in part.
  Value unknown(Value v, File* file, const Wrap* wraps) {
    splitUnknownSet(*level_.evaluation, v, file, [&](Value part, Value condition) {
      const Wrap* inner = wraps;
      if (!condition.is(Tag::Null)) inner = c_.ev.arena().make<Wrap>(Wrap{wraps, Wrap::Kind::If, condition, true});
      return add(part, file, inner);
    });
    return {};
  }

  Level& level_;
  Compose& c_;
  SmallVector<Part, 16>& out_;
};

Value gatherParts(Level& level, SmallVector<Part, 16>& parts) {
  PushDown push(level, parts);
  if (level.origin) {
    const Value error = resolveDefs(*level.origin->level);
    if (error.isError()) return error;
    for (const Def& def : childDefs(*level.origin)) {
      const Value failed = push.add(def.value, def.file, def.wraps);
      if (failed.isError()) return failed;
    }
    return {};
  }
  for (Module* m : level.evaluation->collected) {
    const Value error = push.add(m->config, m->file, nullptr);
    if (error.isError()) return error;
  }
  return {};
}

// Sorts the attributes of all parts to the declared names they belong to, keeping their order.
void distribute(Level& level, const SmallVector<Part, 16>& parts) {
  Compose& c = *level.evaluation->c;
  SmallVector<std::uint32_t, 64> target;
  std::uint32_t matched = 0, unmatched = 0;
  for (const Part& part : parts)
    for (const Attr& attr : *part.set) {
      Child* child = findChild(level, attr.name);
      target.push(child ? static_cast<std::uint32_t>(child - level.children.data()) : kUnmatched);
      if (child) {
        ++child->defCount;
        ++matched;
      } else {
        ++unmatched;
      }
    }
  std::uint32_t begin = 0;
  for (Child& child : level.children) {
    child.defBegin = begin;
    begin += child.defCount;
    child.defCount = 0;
  }
  Def* defs = c.ev.arena().array<Def>(matched);
  Entry* rest = c.ev.arena().array<Entry>(unmatched);
  std::size_t at = 0, restAt = 0;
  for (const Part& part : parts)
    for (const Attr& attr : *part.set) {
      const std::uint32_t index = target[at++];
      Def& def = index == kUnmatched ? rest[restAt].def
                                     : defs[level.children[index].defBegin + level.children[index].defCount++];
      def.value = attr.value;
      def.file = part.file;
      def.wraps = part.wraps;
      def.pos = attr.pos;
      if (index == kUnmatched) rest[restAt++].name = attr.name;
    }
  level.defs = {defs, matched};
  level.unmatched = {rest, unmatched};
}

Value computeDefs(Level& level) {
  Value error = resolveDecls(level);
  if (error.isError()) return error;
  SmallVector<Part, 16> parts;
  error = gatherParts(level, parts);
  if (error.isError()) return error;
  level.hasDefs = !parts.empty();
  distribute(level, parts);
  return {};
}

// Names ascending, as the language would walk the sets.
Value collectBelow(Level& level, const Loc* relative, SmallVector<Unmatched, 16>& out) {
  Compose& c = *level.evaluation->c;
  Value error = resolveDefs(level);
  if (error.isError()) return error;
  if (!level.hasDefs) return {};
  struct Name {
    Symbol name;
    Child* child;
  };
  SmallVector<Name, 32> names;
  for (Child& child : level.children) {
    error = resolveChild(child);
    if (error.isError()) return error;
    if (child.kind == ChildKind::Tree) names.push({child.name, &child});
  }
  for (const Entry& entry : level.unmatched) names.push({entry.name, nullptr});
  if (!level.unmatched.empty() || names.size() > 1)
    std::sort(names.begin(), names.end(),
              [&](const Name& a, const Name& b) { return a.name != b.name && c.text(a.name) < c.text(b.name); });
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0 && names[i].name == names[i - 1].name) continue;
    const Loc* below = c.loc(relative, names[i].name);
    if (names[i].child) {
      error = collectBelow(*names[i].child->tree, below, out);
      if (error.isError()) return error;
      continue;
    }
    const Loc* absolute = c.loc(level.loc, names[i].name);
    for (const Entry& entry : level.unmatched)
      if (entry.name == names[i].name) out.push({absolute, below, entry.def});
  }
  return {};
}

}  // namespace

Value pushDown(Level& level, Value raw, File* file, const Wrap* wraps, SmallVector<Part, 16>& out) {
  return PushDown(level, out).add(raw, file, wraps);
}

Value resolveDefs(Level& level) {
  if (level.defState == State::Done) return level.defError;
  if (level.defState == State::Running) return level.evaluation->c->recursion();
  level.defState = State::Running;
  const Kept kept(level.evaluation->c->ev, level.evaluation->isPrivate);
  const Value error = computeDefs(level);
  level.defError = error.isError() ? error : Value();
  level.defState = State::Done;
  return level.defError;
}

std::span<Def> childDefs(Child& child) {
  return child.ownDefs ? std::span<Def>(child.ownDefs, child.defCount)
                       : child.level->defs.subspan(child.defBegin, child.defCount);
}

Value collectUnmatched(Evaluation& e) {
  if (e.unmatchedState == State::Done) return e.unmatchedError;
  if (e.unmatchedState == State::Running) return e.c->recursion();
  e.unmatchedState = State::Running;
  const Kept kept(e.c->ev, e.isPrivate);
  SmallVector<Unmatched, 16> found;
  Value error = collectBelow(*e.root, nullptr, found);
  if (!error.isError()) e.unmatched = e.c->ev.arena().copy(std::span<const Unmatched>(found.span()));
  e.unmatchedError = error.isError() ? error : Value();
  e.unmatchedState = State::Done;
  return e.unmatchedError;
}

}  // namespace fleetd::compose
