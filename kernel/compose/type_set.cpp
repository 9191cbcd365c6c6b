// The set by which the language sees a native type: its attributes and the functions behind them.
#include "kernel/compose/type_set.hpp"
#include "kernel/compose/value_meta.hpp"

#include <algorithm>
#include <vector>

#include "kernel/compose/compose.hpp"
#include "kernel/compose/type_text.hpp"

namespace fleetd::compose {

namespace {

using lang::PrimOp;

Type* typeArg(Value v) { return static_cast<Type*>(v.native); }
Value asValue(Type* type) { return Value::of(static_cast<lang::NativeObject*>(type)); }

Value runCheck(Evaluator&, Value* args, Pos) {
  const Value ok = checkValue(typeArg(args[0]), args[1]);
  return ok.isUnknown() ? Value::stuck() : ok;
}
Value runCheckFunctor(Evaluator& ev, Value* args, Pos pos) {
  Value inner[] = {args[0], args[2]};
  return runCheck(ev, inner, pos);
}

Value runMerge(Evaluator&, Value* args, Pos) {
  Type* type = typeArg(args[0]);
  Value error;
  const Loc* loc = locFromList(*type->c, nullptr, args[1], &error);
  if (error.isError()) return error;
  const auto defs = defsFromValue(*type->c, args[2], &error);
  return error.isError() ? error : mergeOnly(type, loc, defs);
}
Value runMergeFunctor(Evaluator& ev, Value* args, Pos pos) {
  Value inner[] = {args[0], args[2], args[3]};
  return runMerge(ev, inner, pos);
}

// The two halves of merge.v2's result, computed when asked for.
struct MergeRequest {
  Type* type;
  const Loc* loc;
  std::span<Def> defs;
};

Value headErrorSet(Evaluator& ev, void* data) {
  auto* request = static_cast<MergeRequest*>(data);
  Value head;
  const Value unused = checkedValue(request->type, request->loc, request->defs, false, &head);
  if (unused.isError()) return unused;
  return head.is(Tag::String) ? ev.attrs({{"message", head}}) : head;
}

Value runMergeV2(Evaluator& ev, Value* args, Pos) {
  Type* type = typeArg(args[0]);
  Compose& c = *type->c;
  Value error;
  const Loc* loc = locFromList(c, nullptr, ev.select(args[1], c.names.loc, 0), &error);
  if (error.isError()) return error;
  const auto defs = defsFromValue(c, ev.select(args[1], c.names.defs, 0), &error);
  if (error.isError()) return error;
  auto* request = ev.arena().make<MergeRequest>(MergeRequest{type, loc, defs});
  const Value value = ev.nativeThunk(
      [](Evaluator&, void* data) {
        auto* r = static_cast<MergeRequest*>(data);
        return mergeOnly(r->type, r->loc, r->defs);
      },
      request);
  return ev.attrs({{"headError", ev.nativeThunk(headErrorSet, request)},
                   {"value", value},
                   {"valueMeta", ev.nativeThunk(
                                     [](Evaluator&, void* data) {
                                       auto* r = static_cast<MergeRequest*>(data);
                                       return valueMeta(r->type, r->loc, r->defs);
                                     },
                                     request)}});
}

Value runSubOptions(Evaluator&, Value* args, Pos) {
  Type* type = typeArg(args[0]);
  Value error;
  const Loc* prefix = locFromList(*type->c, nullptr, args[1], &error);
  return error.isError() ? error : subOptions(type, prefix);
}
Value runSubst(Evaluator&, Value* args, Pos) { return substSubModules(typeArg(args[0]), args[1]); }
Value runTypeMerge(Evaluator&, Value* args, Pos) { return typeMergeFunctor(typeArg(args[0]), args[1]); }
Value runTrue(Evaluator&, Value*, Pos) { return Value::of(true); }
Value runNull(Evaluator&, Value*, Pos) { return Value::null(); }
Value runEmptySet(Evaluator& ev, Value*, Pos) { return Value::of(ev.newBindings(0)); }
Value runDefaultTypeMerge(Evaluator&, Value* args, Pos) {
  return defaultTypeMerge(*static_cast<Compose*>(args[0].native), args[1], args[2]);
}

constexpr PrimOp kCheck{"check", 2, runCheck};
constexpr PrimOp kCheckFunctor{"check", 3, runCheckFunctor};
constexpr PrimOp kMerge{"merge", 3, runMerge};
constexpr PrimOp kMergeFunctor{"merge", 4, runMergeFunctor};
constexpr PrimOp kMergeV2{"merge.v2", 2, runMergeV2};
constexpr PrimOp kSubOptions{"getSubOptions", 2, runSubOptions};
constexpr PrimOp kSubst{"substSubModules", 2, runSubst};
constexpr PrimOp kTypeMerge{"typeMerge", 2, runTypeMerge};
constexpr PrimOp kAlways{"check", 1, runTrue};
constexpr PrimOp kNoSubst{"substSubModules", 1, runNull};
constexpr PrimOp kNoSubOptions{"getSubOptions", 1, runEmptySet};
constexpr PrimOp kDefaultTypeMerge{"typeMerge", 3, runDefaultTypeMerge};

Value lazily(Type* type, Thunk::Native native) { return type->c->ev.nativeThunk(native, type); }

Value checkFunction(Type* type) {
  Evaluator& ev = type->c->ev;
  if (!type->v2) return ev.primApp(&kCheck, {asValue(type)});
  return ev.attrs({{"__functor", ev.primApp(&kCheckFunctor, {asValue(type)})}, {"isV2MergeCoherent", Value::of(true)}});
}

Value mergeFunction(Type* type) {
  Evaluator& ev = type->c->ev;
  if (!type->v2) return ev.primApp(&kMerge, {asValue(type)});
  return ev.attrs(
      {{"__functor", ev.primApp(&kMergeFunctor, {asValue(type)})}, {"v2", ev.primApp(&kMergeV2, {asValue(type)})}});
}

Value emptyValueSet(Evaluator& ev, void* data) {
  auto* type = static_cast<Type*>(data);
  Compose& c = *type->c;
  Value error;
  if (type->kind == Kind::Unique || type->kind == Kind::CoercedTo) {
    Type* inner = type->kind == Kind::Unique ? elemOf(type, &error) : otherOf(type, &error);
    return inner ? ev.select(typeValue(inner), c.names.emptyValue, 0) : error;
  }
  if (type->kind == Kind::Submodule)
    return ev.attrs(
        {{"value", ev.nativeThunk([](Evaluator&, void* t) { return emptyValue(static_cast<Type*>(t)); }, type)}});
  const Value empty = emptyValue(type);
  if (empty.isStuck()) return Value::of(ev.newBindings(0));
  return ev.attrs({{"value", empty}});
}

// addCheck keeps everything of its element's set but the check, the merge and what the particular type says about
// itself.
Bindings* checkedSet(Type* type) {
  Compose& c = *type->c;
  Value error;
  Type* elem = elemOf(type, &error);
  const Bindings* base = typeValue(elem).attrs;
  std::vector<Attr> items(base->begin(), base->end());
  auto set = [&](Symbol name, Value value) {
    const auto at = std::find_if(items.begin(), items.end(), [&](const Attr& attr) { return attr.name == name; });
    if (at != items.end())
      *at = {name, 0, value};
    else
      items.push_back({name, 0, value});
  };
  set(c.common.check, checkFunction(type));
  set(c.common.merge, mergeFunction(type));
  set(c.common.nativeType, asValue(type));
  if (!type->fixedName.empty() || type->predicate == Predicate::Passwd)
    set(c.common.name, lazily(type, [](Evaluator&, void* t) { return describeName(static_cast<Type*>(t)); }));
  const bool describes = !type->fixedDescription.empty() || type->predicate == Predicate::Passwd ||
                         type->predicate == Predicate::NonEmptyList || type->predicate == Predicate::Range;
  if (describes)
    set(c.common.description, lazily(type, [](Evaluator&, void* t) { return describe(static_cast<Type*>(t)); }));
  if (!type->fixedClass.empty()) set(c.names.descriptionClass, Value::text(type->fixedClass));
  if (type->predicate == Predicate::NonEmptyList) {
    set(c.names.emptyValue, Value::of(c.ev.newBindings(0)));
    set(c.names.substSubModules, c.ev.primApp(&kSubst, {asValue(type)}));
  }
  return c.ev.attrs(items).attrs;
}

}  // namespace

Value makeSet(Compose& c, std::span<const Attr> items) {
  Bindings* out = c.ev.newBindings(static_cast<std::uint32_t>(items.size()));
  std::copy(items.begin(), items.end(), out->items);
  std::sort(out->begin(), out->end(), [](const Attr& a, const Attr& b) { return a.name < b.name; });
  return Value::of(out);
}

Bindings* makeTypeSet(Type* type) {
  if (type->kind == Kind::AddCheck) return checkedSet(type);
  Compose& c = *type->c;
  auto at = [&](Thunk::Native native) { return lazily(type, native); };
  auto app = [&](const PrimOp* prim) { return c.ev.primApp(prim, {asValue(type)}); };
  const Attr items[] = {
      {c.common.type, 0, Value::text("option-type")},
      {c.common.nativeType, 0, asValue(type)},
      {c.common.name, 0,
       type->kind == Kind::StrMatching ? at([](Evaluator&, void* t) { return describeName(static_cast<Type*>(t)); })
                                       : describeName(type)},
      {c.common.description, 0, at([](Evaluator&, void* t) { return describe(static_cast<Type*>(t)); })},
      {c.names.descriptionClass, 0, at([](Evaluator&, void* t) { return describeClass(static_cast<Type*>(t)); })},
      {c.common.check, 0, checkFunction(type)},
      {c.common.merge, 0, mergeFunction(type)},
      {c.names.emptyValue, 0, at(emptyValueSet)},
      {c.names.getSubOptions, 0, app(&kSubOptions)},
      {c.names.getSubModules, 0, at([](Evaluator&, void* t) { return subModules(static_cast<Type*>(t)); })},
      {c.names.substSubModules, 0, app(&kSubst)},
      {c.names.typeMerge, 0, app(&kTypeMerge)},
      {c.names.functor, 0, at([](Evaluator&, void* t) { return typeFunctor(static_cast<Type*>(t)); })},
      {c.names.deprecationMessage, 0, Value::null()},
      {c.names.nestedTypes, 0, at([](Evaluator&, void* t) { return nestedTypes(static_cast<Type*>(t)); })},
  };
  return makeSet(c, items).attrs;
}

Value makeCustomType(Compose& c, Value args, Pos pos) {
  Evaluator& ev = c.ev;
  const Symbol known[] = {c.common.name,         c.common.description,  c.names.descriptionClass,
                          c.common.check,        c.common.merge,        c.names.emptyValue,
                          c.names.getSubOptions, c.names.getSubModules, c.names.substSubModules,
                          c.names.typeMerge,     c.names.functor,       c.names.deprecationMessage,
                          c.names.nestedTypes};
  for (const Attr* attr : ev.sortedByName(args.attrs))
    if (std::find(std::begin(known), std::end(known), attr->name) == std::end(known))
      return ev.fail(ErrorKind::Arguments, pos, "function 'mkOptionType' called with unexpected argument '{}'",
                     c.text(attr->name));
  const Attr* name = args.attrs->find(c.common.name);
  if (!name)
    return ev.fail(ErrorKind::Arguments, pos, "function 'mkOptionType' called without required argument 'name'");

  auto given = [&](Symbol symbol, Value fallback) {
    const Attr* attr = args.attrs->find(symbol);
    return attr ? attr->value : fallback;
  };
  const Value nothing = Value::of(ev.newBindings(0));
  const Attr* functor = args.attrs->find(c.names.functor);
  Value functorValue = functor ? functor->value : Value();
  if (!functor) {
    struct Request {
      Compose* c;
      Value name;
    };
    functorValue = ev.nativeThunk(
        [](Evaluator& self, void* data) {
          auto* r = static_cast<Request*>(data);
          return self.call(self.select(r->c->typesSet, r->c->symbol("defaultFunctor"), 0), r->name, 0);
        },
        ev.arena().make<Request>(Request{&c, name->value}));
  }
  const Attr* description = args.attrs->find(c.common.description);
  Value text = name->value;
  if (description) {
    struct Texts {
      Value own, name;
    };
    text = ev.nativeThunk(
        [](Evaluator& self, void* data) {
          auto* texts = static_cast<Texts*>(data);
          const Value own = self.force(texts->own);
          return own.is(Tag::Null) ? self.force(texts->name) : own;
        },
        ev.arena().make<Texts>(Texts{description->value, name->value}));
  }
  const Value unspecifiedMerge = typeValue(c.unspecified).attrs->find(c.common.merge)->value;
  Type* type = newType(c, Kind::Custom);
  const Attr items[] = {
      {c.common.type, 0, Value::text("option-type")},
      {c.common.nativeType, 0, asValue(type)},
      {c.common.name, name->pos, name->value},
      {c.common.description, 0, text},
      {c.names.descriptionClass, 0, given(c.names.descriptionClass, Value::null())},
      {c.common.check, 0, given(c.common.check, Value::of(&kAlways))},
      {c.common.merge, 0, given(c.common.merge, unspecifiedMerge)},
      {c.names.emptyValue, 0, given(c.names.emptyValue, nothing)},
      {c.names.getSubOptions, 0, given(c.names.getSubOptions, Value::of(&kNoSubOptions))},
      {c.names.getSubModules, 0, given(c.names.getSubModules, Value::null())},
      {c.names.substSubModules, 0, given(c.names.substSubModules, Value::of(&kNoSubst))},
      {c.names.typeMerge, 0, given(c.names.typeMerge, ev.primApp(&kDefaultTypeMerge, {c.self(), functorValue}))},
      {c.names.functor, 0, functorValue},
      {c.names.deprecationMessage, 0, given(c.names.deprecationMessage, Value::null())},
      {c.names.nestedTypes, 0, given(c.names.nestedTypes, nothing)},
  };
  type->attrs = makeSet(c, items).attrs;
  return Value::of(type->attrs);
}

Value defToValue(Compose& c, const Def& def) {
  if (def.set) {
    // mkDefinition's own set, with the value freed of its properties.
    std::vector<Attr> items(def.set->begin(), def.set->end());
    for (Attr& attr : items)
      if (attr.name == c.common.value) attr.value = def.value;
    return c.ev.attrs(items);
  }
  const Attr items[] = {{c.common.fileArg, 0, c.fileValue(def.file)},
                        {c.common.value, 0, def.value},
                        {c.common.priority, 0, Value::of(static_cast<std::int64_t>(def.order))}};
  return makeSet(c, std::span<const Attr>(items, def.ordered ? 3u : 2u));
}

Value defsToValue(Compose& c, std::span<const Def> defs) {
  auto out = c.ev.newList(static_cast<std::uint32_t>(defs.size()));
  for (std::size_t i = 0; i < defs.size(); ++i) out[i] = defToValue(c, defs[i]);
  return Value::list(out);
}

std::span<Def> defsFromValue(Compose& c, Value list, Value* error) {
  list = c.ev.force(list);
  if (!list.is(Tag::List)) {
    *error = list.isError() ? list : c.ev.typeError("a list", list, 0);
    return {};
  }
  Def* defs = c.ev.arena().array<Def>(list.aux);
  for (std::uint32_t i = 0; i < list.aux; ++i) {
    const Value item = c.ev.force(list.elements[i]);
    if (!item.is(Tag::Attrs)) {
      *error = item.isError() ? item : c.ev.typeError("a set", item, 0);
      return {};
    }
    const Attr* value = item.attrs->find(c.common.value);
    const Attr* file = item.attrs->find(c.common.fileArg);
    if (!value) {
      *error = c.ev.select(item, c.common.value, 0);
      return {};
    }
    defs[i].value = value->value;
    defs[i].file = file ? c.fileOf(file->value) : &c.unknownFile;
  }
  return {defs, list.aux};
}

}  // namespace fleetd::compose
