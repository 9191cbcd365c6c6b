// Merging the definitions of one option (see merge.hpp).
#include "kernel/compose/merge.hpp"

#include <algorithm>

#include "kernel/compose/compose.hpp"
#include "kernel/compose/errors.hpp"
#include "kernel/compose/kept.hpp"
#include "kernel/compose/knowledge.hpp"
#include "kernel/compose/priority.hpp"
#include "kernel/compose/small_vector.hpp"

namespace fleetd::compose {

Property propertyOf(Compose& c, Value v, Value* error) {
  if (!v.is(Tag::Attrs)) return Property::None;
  const Attr* attr = v.attrs->find(c.common.type);
  if (!attr) return Property::None;
  const Value type = c.ev.force(attr->value);
  if (type.isError()) *error = type;
  if (!type.is(Tag::String)) return Property::Other;
  const std::string_view text = type.string();
  if (text == "if") return Property::If;
  if (text == "merge") return Property::Merge;
  if (text == "override") return Property::Override;
  if (text == "order") return Property::Order;
  if (text == "definition") return Property::Definition;
  return Property::Other;
}

Value makeIf(Compose& c, Value condition, Value content) {
  return c.ev.attrs({{"_type", Value::text("if")}, {"condition", condition}, {"content", content}});
}

Value makeOverride(Compose& c, Value priority, Value content) {
  return c.ev.attrs({{"_type", Value::text("override")}, {"priority", priority}, {"content", content}});
}

Value makeOrder(Compose& c, Value priority, Value content) {
  return c.ev.attrs({{"_type", Value::text("order")}, {"priority", priority}, {"content", content}});
}

namespace {

using Wraps = SmallVector<const Wrap*, 8>;

// Outermost first.
void unroll(const Wrap* wrap, Wraps& out) {
  for (; wrap; wrap = wrap->outer) out.push(wrap);
  std::reverse(out.begin(), out.end());
}

Value wrapFrom(Compose& c, const Wraps& wraps, std::size_t from, Value value) {
  for (std::size_t i = wraps.size(); i-- > from;) {
    const Wrap& wrap = *wraps[i];
    value = wrap.kind == Wrap::Kind::If ? makeIf(c, wrap.value, value) : makeOverride(c, wrap.value, value);
  }
  return value;
}

// Definitions as they come out of mkMerge and mkIf; `isOverride` when mkOverride is still around the value.
struct Held {
  Def def;
  bool isOverride = false;
  Value priority;
};

// Follows mkMerge and mkIf of one definition.
class Discharge {
 public:
  Discharge(Compose& c, SmallVector<Held, 6>& out) : c_(c), out_(out) {}

  // Null, or the error met.
  Value run(const Def& def) {
    if (!def.wraps) return value(def, def.value);
    Wraps wraps;
    unroll(def.wraps, wraps);
    Def inner = def;
    inner.wraps = nullptr;
    std::size_t i = 0;
    for (; i < wraps.size() && wraps[i]->kind == Wrap::Kind::If; ++i) {
      const Value go = condition(wraps[i]->value, inner);
      if (!go.isTrue()) return go.isError() ? go : Value();
    }
    if (i == wraps.size()) return value(inner, inner.value);
    inner.value = wrapFrom(c_, wraps, i + 1, inner.value);
    out_.push({inner, true, wraps[i]->value});
    return {};
  }

 private:
  // True: go on (perhaps with a residual condition noted in `def`); false: the definition does not hold; or an error.
  Value condition(Value raw, Def& def) {
    const Value v = c_.ev.force(raw);
    if (v.is(Tag::Bool) || v.isError()) return v;
    if (!v.isUnknown()) return c_.fail(nullptr, "‘mkIf’ called with a non-Boolean condition");
    def.condition = conjunction(c_, def.condition, v);
    return Value::of(true);
  }

  Value value(const Def& def, Value raw) {
    const Value v = c_.ev.force(raw);
    if (v.isError() && def.condition.is(Tag::Null)) return v;
    Value error;
    // A failure under a condition that is not decided means that it does not hold: whoever merges finds it.
    const Property property = v.isError() ? Property::None : propertyOf(c_, v, &error);
    if (error.isError()) return error;
    Def inner = def;
    inner.value = v;
    switch (property) {
      case Property::Merge: return merge(inner, v);
      case Property::If: {
        const Value test = c_.ev.select(v, c_.common.condition, 0);
        const Value go = condition(test, inner);
        if (!go.isTrue()) return go.isError() ? go : Value();
        return value(inner, c_.ev.select(v, c_.common.content, 0));
      }
      case Property::Override: return overridden(inner, v);
      case Property::Definition: return definition(inner, v);
      case Property::None:
      case Property::Order:
      case Property::Other: break;
    }
    if (v.isUnknown() && splitUnknown(
                             c_, inner, [&](const Def& part) { return value(part, part.value); }, &error))
      return error;
    out_.push({inner, false, {}});
    return {};
  }

  Value merge(const Def& def, Value v) {
    const Value contents = c_.ev.select(v, c_.common.contents, 0);
    if (!contents.is(Tag::List)) {
      if (contents.isError()) return contents;
      if (!contents.isUnknown()) return c_.ev.typeError("a list", contents, 0);
      Def whole = def;
      whole.value = contents;
      out_.push({whole, false, {}});
      return {};
    }
    for (Value part : contents.list()) {
      const Value error = value(def, part);
      if (error.isError()) return error;
    }
    return {};
  }

  // The content stays unforced: a definition that loses is not looked into.
  Value overridden(Def def, Value v) {
    const Attr* content = v.attrs->find(c_.common.content);
    const Attr* priority = v.attrs->find(c_.common.priority);
    if (!content) return c_.ev.select(v, c_.common.content, 0);
    if (!priority) return c_.ev.select(v, c_.common.priority, 0);
    def.value = content->value;
    out_.push({def, true, priority->value});
    return {};
  }

  // mkDefinition brings its own file.
  Value definition(Def def, Value v) {
    const Attr* inner = v.attrs->find(c_.common.value);
    const Attr* file = v.attrs->find(c_.common.fileArg);
    if (!inner) return c_.ev.select(v, c_.common.value, 0);
    def.set = v.attrs;
    def.file = file ? c_.fileOf(file->value) : def.file;
    const Value forced = c_.ev.force(inner->value);
    if (forced.isError()) return forced;
    Value error;
    def.value = forced;
    if (propertyOf(c_, forced, &error) == Property::Override) return overridden(def, forced);
    if (error.isError()) return error;
    out_.push({def, false, {}});
    return {};
  }

  Compose& c_;
  SmallVector<Held, 6>& out_;
};

Value priorityNumber(Compose& c, Value raw, std::int64_t* out) {
  const Value v = c.ev.force(raw);
  if (v.is(Tag::Int))
    *out = v.integer;
  else if (v.is(Tag::Float))
    *out = static_cast<std::int64_t>(v.real);
  else
    return v.isError() ? v : c.ev.typeError("an integer", v, 0);
  return {};
}

// Where a priority is not known, each definition holds if its own turns out to be the highest.
Value keepAll(Cell& cell, SmallVector<Held, 6>& held, SmallVector<Def, 6>& out) {
  Compose& c = *cell.c;
  const Value highest = c.ev.unknownRoot(fmt::format("options.{}.highestPrio", showOption(c, cell.loc)));
  for (Held& item : held) {
    const Value own = item.isOverride ? item.priority : Value::of(kDefaultPriority);
    const Value holds = c.ev.unknownBinary(lang::BinaryOp::Eq, own, highest, item.def.pos);
    item.def.condition = conjunction(c, item.def.condition, holds);
    item.def.priority = kUnknownPriority;
    out.push(item.def);
  }
  return {};
}

// Keeps the strongest definitions. One whose condition is unknown hides nothing and stays as long as no certain one is
// stronger.
Value filterPriorities(Cell& cell, SmallVector<Held, 6>& held, SmallVector<Def, 6>& out) {
  std::int64_t best = kNoPriority;
  std::int64_t strongest = kNoPriority;
  bool undecided = false;
  for (Held& item : held) {
    std::int64_t priority = kDefaultPriority;
    if (item.isOverride) item.priority = cell.c->ev.force(item.priority);
    if (item.isOverride && item.priority.isUnknown()) {
      undecided = true;
      priority = kUnknownPriority;
    } else if (item.isOverride) {
      const Value error = priorityNumber(*cell.c, item.priority, &priority);
      if (error.isError()) return error;
    }
    item.def.priority = static_cast<std::int32_t>(priority);
    strongest = std::min(strongest, priority);
    if (item.def.condition.is(Tag::Null)) best = std::min(best, priority);
  }
  cell.priority = held.size() == 1 ? held[0].def.priority : strongest;
  if (undecided && held.size() > 1) return keepAll(cell, held, out);
  for (const Held& item : held)
    if (item.def.priority == best || (!item.def.condition.is(Tag::Null) && item.def.priority < best) ||
        held.size() == 1)
      out.push(item.def);
  return {};
}

bool failsUndecided(const Def& def) { return def.value.isError() && !def.condition.is(Tag::Null); }

// Sorts by mkOrder if one of the definitions has it. Forces the definitions that are left.
Value sortOrder(Compose& c, SmallVector<Def, 6>& defs) {
  bool any = false;
  for (std::size_t i = 0; i < defs.size() && !any; ++i) {
    defs[i].value = c.ev.force(defs[i].value);
    if (failsUndecided(defs[i])) continue;
    if (defs[i].value.isError()) return inDefinition(c, defs[i].value, defs[i].file);
    Value error;
    any = propertyOf(c, defs[i].value, &error) == Property::Order;
    if (error.isError()) return error;
  }
  if (!any) return {};
  for (Def& def : defs) {
    def.value = c.ev.force(def.value);
    if (failsUndecided(def)) continue;
    if (def.value.isError()) return inDefinition(c, def.value, def.file);
    Value error;
    const bool isOrder = propertyOf(c, def.value, &error) == Property::Order;
    if (error.isError()) return error;
    if (!isOrder) continue;
    std::int64_t order = kDefaultOrder;
    const Attr* priority = def.value.attrs->find(c.common.priority);
    error = priorityNumber(c, priority ? priority->value : c.ev.select(def.value, c.common.priority, 0), &order);
    if (error.isError()) return error;
    def.order = static_cast<std::int32_t>(order);
    def.ordered = true;
    def.value = c.ev.select(def.value, c.common.content, 0);
    if (def.value.isError() && !failsUndecided(def)) return inDefinition(c, def.value, def.file);
  }
  std::stable_sort(defs.begin(), defs.end(), [](const Def& a, const Def& b) { return a.order < b.order; });
  return {};
}

Value computeFinal(Cell& cell) {
  Compose& c = *cell.c;
  if (cell.defs.size() == 1 && !cell.defs[0].wraps) {
    Def& only = cell.defs[0];
    const Value v = c.ev.force(only.value);
    if (v.isError()) return inDefinition(c, v, only.file);
    if ((!v.is(Tag::Attrs) || !v.attrs->find(c.common.type)) && !v.isUnknown()) {
      only.value = v;
      cell.final = cell.defs;
      cell.priority = kDefaultPriority;
      return {};
    }
  }
  SmallVector<Held, 6> held;
  for (const Def& def : cell.defs) {
    const Value error = Discharge(c, held).run(def);
    if (error.isError()) return inDefinition(c, error, def.file);
  }
  SmallVector<Def, 6> kept;
  Value error = filterPriorities(cell, held, kept);
  if (error.isError()) return error;
  cell.final = c.ev.arena().copy(std::span<const Def>(kept.span()));
  error = sortOrder(c, kept);
  if (error.isError()) return error;
  cell.final = c.ev.arena().copy(std::span<const Def>(kept.span()));
  return {};
}

}  // namespace

Value materialize(Compose& c, const Def& def) {
  if (!def.wraps) return def.value;
  Wraps wraps;
  unroll(def.wraps, wraps);
  return wrapFrom(c, wraps, 0, def.value);
}

void initThunk(const Evaluator& ev, Thunk& thunk, Thunk::Native native, void* data) {
  thunk.value = Value();
  thunk.value.tag = Tag::Pending;
  thunk.value.spare = ev.mark();
  thunk.expr = nullptr;
  thunk.data = data;
  thunk.native = native;
}

void initCell(Cell& cell, Compose& c, Type* type, const Loc* loc, std::span<Def> defs) {
  cell.c = &c;
  cell.isPrivate = c.ev.makesPrivate();
  cell.type = type;
  cell.loc = loc;
  cell.defs = defs;
  cell.final = {};
  cell.priority = kNoPriority;
  cell.state = State::Pending;
  cell.error = {};
  initThunk(
      c.ev, cell.merged, [](Evaluator&, void* data) { return mergeCell(*static_cast<Cell*>(data)); }, &cell);
}

Cell* newCell(Compose& c, Type* type, const Loc* loc, std::span<Def> defs) {
  auto* cell = static_cast<Cell*>(c.ev.arena().allocate(sizeof(Cell), alignof(Cell)));
  new (cell) Cell;
  initCell(*cell, c, type, loc, defs);
  return cell;
}

Value finalize(Cell& cell) {
  if (cell.state == State::Done) return cell.error;
  if (cell.state == State::Running) return cell.c->recursion();
  cell.state = State::Running;
  const Kept kept(cell.c->ev, cell.isPrivate);
  const Value error = computeFinal(cell);
  cell.error = error.isError() ? error : Value();
  // How deep the stack was is no property of these definitions.
  const bool passing =
      error.isError() && (error.error->kind == ErrorKind::StackOverflow || error.error->kind == ErrorKind::Budget);
  cell.state = passing ? State::Pending : State::Done;
  return cell.error;
}

Value priorityOf(Cell& cell) {
  const Value error = finalize(cell);
  return error.isError() && cell.priority == kNoPriority ? error : Value::of(cell.priority);
}

Value isDefined(Cell& cell) {
  const Value error = finalize(cell);
  if (error.isError()) return error;
  return definedness(*cell.c, cell.final);
}

Value mergeCell(Cell& cell) {
  const Value error = finalize(cell);
  if (error.isError()) return error;
  return mergeFinal(*cell.c, cell.type, cell.loc, cell.final);
}

Value mergeFinal(Compose& c, Type* type, const Loc* loc, std::span<Def> defs) {
  Value out;
  if (defs.size() == 1 && defs[0].condition.is(Tag::Null) && mergesAtOnce(type, defs[0].value, &out)) return out;
  if (anyUnknown(defs)) return mergeUnknown(c, type, loc, defs);
  if (defs.empty()) {
    // An option nobody declares may well have a default.
    if (type->kind == Kind::Assumed) return configReference(c, loc);
    out = emptyValue(type);
    return out.isStuck() ? noValue(c, loc) : out;
  }
  const bool v2 = isV2(type, &out);
  if (out.isError()) return out;
  if (v2) {
    Value head;
    out = checkedValue(type, loc, defs, true, &head);
    if (head.isError()) return head;
    return head.is(Tag::String) ? typeErrorOf(type, loc, head, defs) : out;
  }
  SmallVector<Def, 6> invalid;
  for (const Def& def : defs) {
    const Value ok = checkValue(type, def.value);
    if (ok.isError()) return ok;
    if (ok.isFalse()) invalid.push(def);
  }
  return invalid.empty() ? mergeOnly(type, loc, defs) : notOfType(type, loc, invalid.span());
}

}  // namespace fleetd::compose
