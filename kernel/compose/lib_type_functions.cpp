// The members of lib.types that are functions: each gets Compose as its hidden first argument.
#include "kernel/compose/lib_type_functions.hpp"
#include "kernel/base/untold.hpp"

#include <algorithm>
#include <array>

#include "kernel/compose/compose.hpp"
#include "kernel/compose/type_set.hpp"
#include "kernel/compose/type_text.hpp"

namespace fleetd::compose {

namespace {

using lang::PrimOp;

Compose& self(Value* args) { return *static_cast<Compose*>(args[0].native); }

// The arguments of a function that takes a set: unknown names are refused as a pattern without `...` would.
class Args {
 public:
  Args(Compose& c, Value set, std::string_view function, std::initializer_list<std::string_view> known) : c_(c) {
    set = c.ev.force(set);
    if (!set.is(Tag::Attrs)) {
      error_ = set.isError() ? set : c.ev.typeError("a set", set, 0);
      return;
    }
    set_ = set.attrs;
    for (const Attr* attr : c.ev.sortedByName(set_))
      if (std::find(known.begin(), known.end(), c.text(attr->name)) == known.end()) {
        error_ = c.ev.fail(ErrorKind::Arguments, attr->pos, "function '{}' called with unexpected argument '{}'",
                           function, c.text(attr->name));
        return;
      }
    function_ = function;
  }

  Value error() const { return error_; }
  Value get(std::string_view name, Value fallback) const {
    const Attr* attr = set_ ? set_->find(c_.symbol(name)) : nullptr;
    return attr ? attr->value : fallback;
  }
  // A mandatory argument.
  Value need(std::string_view name) {
    const Attr* attr = set_ ? set_->find(c_.symbol(name)) : nullptr;
    if (attr) return attr->value;
    if (!error_.isError())
      error_ =
          c_.ev.fail(ErrorKind::Arguments, 0, "function '{}' called without required argument '{}'", function_, name);
    return {};
  }
  bool flag(std::string_view name, bool fallback) {
    const Value v =
        c_.ev.truth(c_.ev.force(get(name, Value::of(fallback))), 0, "while evaluating an argument of a type");
    if (v.isError() && !error_.isError()) error_ = v;
    return v.isTrue();
  }
  Tri tri(std::string_view name) {
    const Value v = c_.ev.force(get(name, Value::null()));
    if (v.isError() && !error_.isError()) error_ = v;
    return v.is(Tag::Bool) ? (v.boolean() ? Tri::True : Tri::False) : Tri::Null;
  }

 private:
  Compose& c_;
  Bindings* set_ = nullptr;
  Value error_;
  std::string_view function_;
};

Value runListOf(Evaluator&, Value* args, Pos) { return typeValue(listOf(self(args), args[1])); }
Value runAttrsOf(Evaluator&, Value* args, Pos) {
  return typeValue(attrsWith(self(args), args[1], false, Value::text("name")));
}
Value runLazyAttrsOf(Evaluator&, Value* args, Pos) {
  return typeValue(attrsWith(self(args), args[1], true, Value::text("name")));
}
Value runNullOr(Evaluator&, Value* args, Pos) { return typeValue(nullOr(self(args), args[1])); }
Value runFunctionTo(Evaluator&, Value* args, Pos) { return typeValue(functionTo(self(args), args[1])); }
Value runUniq(Evaluator&, Value* args, Pos) { return typeValue(uniqueOf(self(args), Value::text(""), args[1])); }
Value runEither(Evaluator&, Value* args, Pos) { return typeValue(eitherOf(self(args), args[1], args[2])); }
Value runEnum(Evaluator&, Value* args, Pos) { return typeValue(enumOf(self(args), args[1])); }
Value runSeparated(Evaluator&, Value* args, Pos) { return typeValue(separatedString(self(args), args[1])); }
Value runStrMatching(Evaluator&, Value* args, Pos) { return typeValue(strMatching(self(args), args[1])); }
Value runAttrListOf(Evaluator&, Value* args, Pos) {
  Type* type = newType(self(args), Kind::AttrListOf);
  type->elem = args[1];
  return typeValue(type);
}

Value runAttrsWith(Evaluator&, Value* args, Pos) {
  Args a(self(args), args[1], "attrsWith", {"elemType", "lazy", "placeholder"});
  const Value elem = a.need("elemType");
  const bool lazy = a.flag("lazy", false);
  return a.error().isError() ? a.error()
                             : typeValue(attrsWith(self(args), elem, lazy, a.get("placeholder", Value::text("name"))));
}

Value secondArgument(Evaluator& ev, Value* args, Pos) { return ev.force(args[1]); }
constexpr PrimOp kSecond{"mergeAttrValues", 2, secondArgument};

Value runAttrListWith(Evaluator&, Value* args, Pos) {
  Args a(self(args), args[1], "attrListWith", {"elemType", "asAttrs", "mergeAttrValues"});
  Type* type = newType(self(args), Kind::AttrListOf);
  type->elem = a.need("elemType");
  type->asAttrs = a.flag("asAttrs", false);
  type->extra = a.get("mergeAttrValues", Value::of(&kSecond));
  return a.error().isError() ? a.error() : typeValue(type);
}

Value runUnique(Evaluator&, Value* args, Pos) {
  Args a(self(args), args[1], "unique", {"message"});
  const Value message = a.need("message");
  return a.error().isError() ? a.error() : typeValue(uniqueOf(self(args), message, args[2]));
}

Value runNonEmptyListOf(Evaluator&, Value* args, Pos) {
  Value error;
  Type* type = addCheck(self(args), typeValue(listOf(self(args), args[1])), Predicate::NonEmptyList, {}, {}, &error);
  return type ? typeValue(type) : error;
}

Value runPasswd(Evaluator&, Value* args, Pos) {
  Value error;
  Type* type = addCheck(self(args), args[1], Predicate::Passwd, {}, {}, &error);
  if (type) type->fixedClass = "nonRestrictiveClause";
  return type ? typeValue(type) : error;
}

Value runAddCheck(Evaluator&, Value* args, Pos) {
  Value error;
  Type* type = addCheck(self(args), args[1], Predicate::Function, args[2], {}, &error);
  return type ? typeValue(type) : error;
}

Value between(Value* args, Type* base, std::string_view name, std::string_view function) {
  Compose& c = self(args);
  const Value low = c.ev.force(args[1]), high = c.ev.force(args[2]);
  const Value wrong = c.ev.less(high, low, 0);
  if (wrong.isError()) return wrong;
  if (wrong.isTrue()) return c.ev.fail(ErrorKind::Throw, 0, "{}: lowest must be smaller than highest", function);
  Value error;
  Type* type = addCheck(c, typeValue(base), Predicate::Range, low, high, &error);
  if (!type) return error;
  type->fixedName = name;
  return typeValue(type);
}
Value runIntsBetween(Evaluator&, Value* args, Pos) {
  return between(args, self(args).integer, "intBetween", "ints.between");
}
Value runNumbersBetween(Evaluator&, Value* args, Pos) {
  return between(args, self(args).number, "numberBetween", "numbers.between");
}

Value runOneOf(Evaluator& ev, Value* args, Pos) {
  Compose& c = self(args);
  const Value list = ev.force(args[1]);
  if (!list.is(Tag::List)) return list.isError() ? list : ev.typeError("a list", list, 0);
  if (list.aux == 0)
    return ev.failText(ErrorKind::Throw, 0, "types.oneOf needs to get at least one type in its argument");
  Value type = list.elements[0];
  for (std::uint32_t i = 1; i < list.aux; ++i) type = typeValue(eitherOf(c, type, list.elements[i]));
  return ev.force(type);
}

Value runCoercedTo(Evaluator& ev, Value* args, Pos) {
  Compose& c = self(args);
  Value error;
  Type* from = typeOf(c, args[1], &error);
  if (!from) return error;
  const Value modules = subModules(from);
  if (modules.isError()) return modules;
  if (!modules.is(Tag::Null)) {
    const Value description = typeDescription(from);
    if (!description.is(Tag::String)) return description;
    return ev.fail(ErrorKind::Throw, 0, "coercedTo: coercedType must not have submodules (it’s a {})",
                   description.string());
  }
  Type* type = newType(c, Kind::CoercedTo);
  type->elem = args[1];
  type->extra = args[2];
  type->other = args[3];
  return typeValue(type);
}

Value badTag(Compose& c, Symbol tag, Value option) {
  const std::string name = nixIdentifier(c.text(tag));
  const Value type = option.is(Tag::Attrs) ? c.ev.selectOr(option, c.common.type, Value::null(), 0) : Value();
  std::string what = "was not.";
  if (type.is(Tag::String))
    what = type.string() == "option-type" ? "was a bare type, not wrapped in mkOption."
                                          : fmt::format("was of type {}.", quoted(type.string()));
  return c.ev.fail(ErrorKind::Throw, 0, "In attrTag, each tag value must be an option, but tag {} {}", name, what);
}

struct TagRequest {
  Compose* c;
  Attr tag;
};

// The option of a tag, with the place it was declared at.
Value tagOption(Evaluator& ev, void* data) {
  auto* request = static_cast<TagRequest*>(data);
  Compose& c = *request->c;
  const Value option = ev.force(request->tag.value);
  if (option.isError()) return option;
  const Value type = option.is(Tag::Attrs) ? ev.selectOr(option, c.common.type, Value::null(), 0) : Value();
  if (!type.is(Tag::String) || type.string() != "option") return badTag(c, request->tag.name, option);
  std::vector<Attr> items(option.attrs->begin(), option.attrs->end());
  const base::Location at = ev.sources().locate(request->tag.pos);
  const bool placed = request->tag.pos != 0 && !base::isUntold(request->tag.pos) && at.file;
  if (!option.attrs->find(c.names.declarations)) {
    const Value file = placed ? Value::text(at.file->name) : Value();
    items.push_back({c.names.declarations, 0, placed ? ev.list(std::span<const Value>(&file, 1)) : Value::list({})});
  }
  if (!option.attrs->find(c.names.declarationPositions)) {
    Value place;
    if (placed)
      place = ev.attrs({{"file", Value::text(at.file->name)},
                        {"line", Value::of(static_cast<std::int64_t>(at.at.line))},
                        {"column", Value::of(static_cast<std::int64_t>(at.at.column))}});
    items.push_back(
        {c.names.declarationPositions, 0, placed ? ev.list(std::span<const Value>(&place, 1)) : Value::list({})});
  }
  return ev.attrs(items);
}

Value runAttrTag(Evaluator& ev, Value* args, Pos) {
  Compose& c = self(args);
  const Value tags = ev.force(args[1]);
  if (!tags.is(Tag::Attrs)) return tags.isError() ? tags : ev.typeError("a set", tags, 0);
  Bindings* out = ev.newBindings(tags.attrs->size);
  for (std::uint32_t i = 0; i < tags.attrs->size; ++i) {
    const Attr& tag = tags.attrs->items[i];
    out->items[i] = {tag.name, tag.pos, ev.nativeThunk(tagOption, ev.arena().make<TagRequest>(TagRequest{&c, tag}))};
  }
  return typeValue(attrTag(c, Value::of(out)));
}

Value runDeferredWith(Evaluator&, Value* args, Pos) {
  Args a(self(args), args[1], "deferredModuleWith", {"staticModules"});
  return a.error().isError() ? a.error() : typeValue(deferredWith(self(args), a.get("staticModules", Value::list({}))));
}

Value runSubmodule(Evaluator& ev, Value* args, Pos) {
  Compose& c = self(args);
  // toList needs the value only to see whether it is a list.
  struct Request {
    Value modules;
  };
  const Value modules = ev.nativeThunk(
      [](Evaluator& e, void* data) {
        const Value v = e.force(static_cast<Request*>(data)->modules);
        return v.is(Tag::List) || v.isError() ? v : e.list(std::span<const Value>(&v, 1));
      },
      ev.arena().make<Request>(Request{args[1]}));
  return typeValue(
      submoduleWith(c, {modules, Value::of(ev.newBindings(0)), Value::of(true), Value::null(), Value::null()}));
}

Value runSubmoduleWith(Evaluator& ev, Value* args, Pos) {
  Args a(self(args), args[1], "submoduleWith",
         {"modules", "specialArgs", "shorthandOnlyDefinesConfig", "description", "class"});
  SubmoduleArgs out;
  out.modules = a.need("modules");
  out.specialArgs = a.get("specialArgs", Value::of(ev.newBindings(0)));
  out.shorthand = a.get("shorthandOnlyDefinesConfig", Value::of(false));
  out.description = a.get("description", Value::null());
  out.klass = a.get("class", Value::null());
  return a.error().isError() ? a.error() : typeValue(submoduleWith(self(args), out));
}

Value runPathWith(Evaluator& ev, Value* args, Pos) {
  Args a(self(args), args[1], "pathWith", {"inStore", "absolute"});
  const Tri inStore = a.tri("inStore"), absolute = a.tri("absolute");
  if (a.error().isError()) return a.error();
  if (inStore == Tri::True && absolute == Tri::False)
    return ev.failText(ErrorKind::Throw, 0, "In pathWith, inStore means the path must be absolute");
  return typeValue(pathWith(self(args), inStore, absolute));
}

Value runSerializable(Evaluator& ev, Value* args, Pos) {
  Args a(self(args), args[1], "serializableValueWith", {"typeName", "nullable"});
  const Value name = ev.force(a.need("typeName"));
  const bool nullable = a.flag("nullable", true);
  if (a.error().isError()) return a.error();
  if (!name.is(Tag::String)) return name.isError() ? name : ev.typeError("a string", name, 0);
  return typeValue(serializable(self(args), name.string(), nullable));
}

Value runMkOptionType(Evaluator& ev, Value* args, Pos pos) {
  const Value set = ev.force(args[1]);
  if (!set.is(Tag::Attrs)) return set.isError() ? set : ev.typeError("a set", set, pos);
  return makeCustomType(self(args), set, pos);
}

Value runLoaOf(Evaluator& ev, Value* args, Pos) {
  const Value attrs = typeValue(attrsWith(self(args), args[1], false, Value::text("name")));
  const Value more = ev.attrs(
      {{"name", Value::text("loaOf")},
       {"deprecationMessage",
        Value::text("Mixing lists with attribute values is no longer possible; please use `types.attrsOf` instead. "
                    "See https://github.com/NixOS/nixpkgs/issues/1800 for the motivation.")},
       {"nestedTypes", ev.attrs({{"elemType", args[1]}})}});
  return ev.update(attrs, more, 0);
}

Value runIsType(Evaluator& ev, Value* args, Pos pos) {
  return ev.equal(ev.selectOr(args[2], self(args).common.type, Value::text(""), pos), args[1], pos);
}
Value runIsOptionType(Evaluator& ev, Value* args, Pos pos) {
  Value inner[] = {args[0], Value::text("option-type"), args[1]};
  return runIsType(ev, inner, pos);
}
Value runSetType(Evaluator& ev, Value* args, Pos pos) {
  return ev.update(args[2], ev.attrs({{"_type", args[1]}}), pos);
}
Value runDefaultTypeMerge(Evaluator&, Value* args, Pos) { return defaultTypeMerge(self(args), args[1], args[2]); }

Value noBinOp(Evaluator&, Value*, Pos) { return Value::null(); }
constexpr PrimOp kNoBinOp{"functor.binOp", 2, noBinOp};

Value runDefaultFunctor(Evaluator& ev, Value* args, Pos) {
  Compose& c = self(args);
  struct Request {
    Compose* c;
    Value name;
  };
  const Value type = ev.nativeThunk(
      [](Evaluator& e, void* data) {
        auto* request = static_cast<Request*>(data);
        const Value name = e.force(request->name);
        if (!name.is(Tag::String)) return name.isError() ? name : e.typeError("a string", name, 0);
        return e.selectOr(request->c->typesSet, e.symbol(name.string()), Value::null(), 0);
      },
      ev.arena().make<Request>(Request{&c, args[1]}));
  return ev.attrs({{"name", args[1]}, {"type", type}, {"payload", Value::null()}, {"binOp", Value::of(&kNoBinOp)}});
}

Value runMergeTypes(Evaluator& ev, Value* args, Pos pos) {
  Compose& c = self(args);
  Value error;
  for (int i : {1, 2}) {
    const Value kind = ev.selectOr(args[i], c.common.type, Value::text(""), pos);
    if (kind.isError()) return kind;
    if (!kind.is(Tag::String) || kind.string() != "option-type")
      return ev.failText(ErrorKind::Assertion, pos, "assertion '((isOptionType a) && (isOptionType b))' failed");
  }
  Type* a = typeOf(c, args[1], &error);
  Type* b = a ? typeOf(c, args[2], &error) : nullptr;
  if (!b) return error;
  const Value merged = typeMerge(a, b);
  if (!merged.is(Tag::Null)) return merged;
  return ev.attrs({{"_type", Value::text("merge-error")}, {"error", Value::text("Cannot merge types")}});
}

Value runPhrase(Evaluator& ev, Value* args, Pos pos) {
  Compose& c = self(args);
  const Value plain = ev.call(args[1], ev.selectOr(args[2], c.names.descriptionClass, Value::null(), pos), pos);
  const Value text = ev.select(args[2], c.common.description, pos);
  if (plain.isError() || !text.is(Tag::String)) return plain.isError() ? plain : text;
  return plain.isTrue() ? text : ev.string(fmt::format("({})", text.string()));
}

constexpr PrimOp kFunctions[] = {
    {"listOf", 2, runListOf},
    {"nonEmptyListOf", 2, runNonEmptyListOf},
    {"attrListOf", 2, runAttrListOf},
    {"attrListWith", 2, runAttrListWith},
    {"attrsOf", 2, runAttrsOf},
    {"lazyAttrsOf", 2, runLazyAttrsOf},
    {"attrsWith", 2, runAttrsWith},
    {"loaOf", 2, runLoaOf},
    {"attrTag", 2, runAttrTag},
    {"uniq", 2, runUniq},
    {"unique", 3, runUnique},
    {"nullOr", 2, runNullOr},
    {"functionTo", 2, runFunctionTo},
    {"submodule", 2, runSubmodule},
    {"submoduleWith", 2, runSubmoduleWith},
    {"deferredModuleWith", 2, runDeferredWith},
    {"enum", 2, runEnum},
    {"either", 3, runEither},
    {"oneOf", 2, runOneOf},
    {"coercedTo", 4, runCoercedTo},
    {"addCheck", 3, runAddCheck},
    {"passwdEntry", 2, runPasswd},
    {"separatedString", 2, runSeparated},
    {"strMatching", 2, runStrMatching},
    {"pathWith", 2, runPathWith},
    {"serializableValueWith", 2, runSerializable},
    {"mkOptionType", 2, runMkOptionType},
    {"isType", 3, runIsType},
    {"isOptionType", 2, runIsOptionType},
    {"setType", 3, runSetType},
    {"defaultTypeMerge", 3, runDefaultTypeMerge},
    {"defaultFunctor", 2, runDefaultFunctor},
    {"mergeTypes", 3, runMergeTypes},
    {"optionDescriptionPhrase", 3, runPhrase},
};
constexpr PrimOp kBetween[] = {{"ints.between", 3, runIntsBetween}, {"numbers.between", 3, runNumbersBetween}};

}  // namespace

void addTypeFunctions(Compose& c, std::vector<Attr>& items) {
  for (const PrimOp& function : kFunctions)
    items.push_back({c.symbol(function.name), 0, c.ev.primApp(&function, {c.self()})});
}

Value typeFunction(Compose& c, std::string_view name) {
  for (std::span<const PrimOp> table : {std::span<const PrimOp>(kFunctions), std::span<const PrimOp>(kBetween)})
    for (const PrimOp& function : table)
      if (function.name == name) return c.ev.primApp(&function, {c.self()});
  return {};
}

}  // namespace fleetd::compose
