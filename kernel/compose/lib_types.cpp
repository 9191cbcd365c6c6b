// lib.types: the members without parameters, and the functions that make types.
#include "kernel/compose/lib_types.hpp"

#include <vector>

#include "kernel/compose/compose.hpp"
#include "kernel/compose/lib_type_functions.hpp"
#include "kernel/compose/merge.hpp"
#include "kernel/compose/type_set.hpp"

namespace fleetd::compose {

namespace {

struct Range {
  std::string_view member, name, description;
  std::int64_t low, high;
};

constexpr Range kRanges[] = {
    {"u8", "unsignedInt8", "8 bit unsigned integer; between 0 and 255 (both inclusive)", 0, 255},
    {"u16", "unsignedInt16", "16 bit unsigned integer; between 0 and 65535 (both inclusive)", 0, 65535},
    {"u32", "unsignedInt32", "32 bit unsigned integer; between 0 and 4294967295 (both inclusive)", 0, 4294967295},
    {"s8", "signedInt8", "8 bit signed integer; between -128 and 127 (both inclusive)", -128, 127},
    {"s16", "signedInt16", "16 bit signed integer; between -32768 and 32767 (both inclusive)", -32768, 32767},
    {"s32", "signedInt32", "32 bit signed integer; between -2147483648 and 2147483647 (both inclusive)", -2147483648,
     2147483647},
};

Type* checked(Compose& c, Type* elem, Predicate predicate, std::string_view name, std::string_view description,
              std::string_view klass, Value other = {}, Value extra = {}) {
  Value error;
  Type* type = addCheck(c, typeValue(elem), predicate, other, extra, &error);
  type->fixedName = name;
  type->fixedDescription = description;
  type->fixedClass = klass;
  static_cast<void>(typeValue(type));
  return type;
}

Type* range(Compose& c, std::string_view member) {
  for (const Range& r : kRanges)
    if (r.member == member)
      return checked(c, c.integer, Predicate::Range, r.name, r.description, {}, Value::of(r.low), Value::of(r.high));
  return nullptr;
}

Type* simple(Compose& c, Kind kind) {
  Type* type = newType(c, kind);
  static_cast<void>(typeValue(type));
  return type;
}

Type* made(Type* type) {
  static_cast<void>(typeValue(type));
  return type;
}

constexpr std::string_view kRestrictive = "nonRestrictiveClause";

// The set of ints or of numbers: unsigned/nonnegative, positive, between, and for ints the sized ones.
Value intsSet(Compose& c) {
  std::vector<Attr> items;
  auto add = [&](std::string_view name, Value v) { items.push_back({c.symbol(name), 0, v}); };
  for (const Range& r : kRanges) add(r.member, typeValue(r.member == "u16" ? c.port : range(c, r.member)));
  add("unsigned", typeValue(c.unsignedInt));
  add("positive", typeValue(c.positiveInt));
  add("between", typeFunction(c, "ints.between"));
  return c.ev.attrs(items);
}

Value numbersSet(Compose& c) {
  return c.ev.attrs({
      {"between", typeFunction(c, "numbers.between")},
      {"nonnegative", typeValue(checked(c, c.number, Predicate::NonNegative, "numberNonnegative",
                                        "nonnegative integer or floating point number, meaning >=0", kRestrictive))},
      {"positive", typeValue(checked(c, c.number, Predicate::Positive, "numberPositive",
                                     "positive integer or floating point number, meaning >0", kRestrictive))},
  });
}

}  // namespace

// Values that JSON or TOML can hold: a type that contains itself.
Type* serializable(Compose& c, std::string_view format, bool nullable) {
  struct Request {
    Compose* c;
    Type* type;
  };
  auto* request = c.ev.arena().make<Request>(Request{&c, nullptr});
  const Value self =
      c.ev.nativeThunk([](Evaluator&, void* data) { return typeValue(static_cast<Request*>(data)->type); }, request);
  Type* base = c.boolean;
  for (Type* next :
       {c.integer, c.floating, c.str, c.path, attrsWith(c, self, false, Value::text("name")), listOf(c, self)})
    base = made(eitherOf(c, typeValue(base), typeValue(next)));
  Type* type = nullable ? nullOr(c, typeValue(base)) : base;
  type->fixedDescription = c.ev.arena().copy(std::string_view(fmt::format("{} value", format)));
  if (!nullable) type->attrs = makeTypeSet(type);
  request->type = made(type);
  return type;
}

void makeSimpleTypes(Compose& c) {
  c.unspecified = simple(c, Kind::Unspecified);
  c.assumed = simple(c, Kind::Assumed);
  c.raw = simple(c, Kind::Raw);
  c.anything = simple(c, Kind::Anything);
  c.boolean = simple(c, Kind::Bool);
  c.boolByOr = simple(c, Kind::BoolByOr);
  c.integer = simple(c, Kind::Int);
  c.floating = simple(c, Kind::Float);
  c.str = simple(c, Kind::Str);
  c.nonEmptyStr = simple(c, Kind::NonEmptyStr);
  c.singleLineStr = simple(c, Kind::SingleLineStr);
  c.attrs = simple(c, Kind::Attrs);
  c.fileset = simple(c, Kind::Fileset);
  c.package = simple(c, Kind::Package);
  c.shellPackage = simple(c, Kind::ShellPackage);
  c.luaInline = simple(c, Kind::LuaInline);
  c.optionDeclaration = simple(c, Kind::OptionDeclaration);
  c.optionType = simple(c, Kind::OptionType);
  c.path = made(pathWith(c, Tri::Null, Tri::True));
  c.pathInStore = made(pathWith(c, Tri::True, Tri::Null));
  c.externalPath = made(pathWith(c, Tri::False, Tri::True));
  c.deferred = made(deferredWith(c, Value::list({})));
  c.lines = made(separatedString(c, Value::text("\n")));
  c.commas = made(separatedString(c, Value::text(",")));
  c.envVar = made(separatedString(c, Value::text(":")));
  c.number = made(eitherOf(c, typeValue(c.integer), typeValue(c.floating)));
  c.unsignedInt =
      checked(c, c.integer, Predicate::NonNegative, "unsignedInt", "unsigned integer, meaning >=0", kRestrictive);
  c.positiveInt =
      checked(c, c.integer, Predicate::Positive, "positiveInt", "positive integer, meaning >0", kRestrictive);
  c.port = range(c, "u16");
  Type* onePackageSet =
      made(uniqueOf(c, Value::text("A Nixpkgs pkgs set can not be merged with another pkgs set."), typeValue(c.attrs)));
  c.packageSet = checked(c, onePackageSet, Predicate::PackageSet, "pkgs", "Nixpkgs package set", "noun");
  c.json = serializable(c, "JSON", true);
  c.toml = serializable(c, "TOML", false);
}

void makeInternalModules(Compose& c) {
  Evaluator& ev = c.ev;
  const Value yes = Value::of(true);
  auto option = [&](std::vector<std::pair<std::string_view, Value>> items) {
    std::vector<Attr> attrs{{c.common.type, 0, Value::text("option")}};
    for (const auto& [name, value] : items) attrs.push_back({c.symbol(name), 0, value});
    return ev.attrs(attrs);
  };
  const Value argsType = typeValue(attrsWith(c, typeValue(c.raw), true, Value::text("name")));
  const Value argsText =
      Value::text("Additional arguments that module functions of this evaluation may ask for by name.");
  const Value check = option({{"type", typeValue(c.boolean)},
                              {"internal", yes},
                              {"default", yes},
                              {"description", Value::text("Whether a definition without an option is an error.")}});
  const Value freeform =
      option({{"type", typeValue(made(nullOr(c, typeValue(c.optionType))))},
              {"internal", yes},
              {"default", Value::null()},
              {"description", Value::text("The type that merges all definitions without an option, if any.")}});
  const Value special =
      option({{"readOnly", yes},
              {"internal", yes},
              {"description", Value::text("The arguments of modules that are known before any module is loaded.")}});
  auto options = [&](bool nested) {
    std::vector<std::pair<std::string_view, Value>> items{{"type", argsType}, {"description", argsText}};
    if (nested) items.emplace_back("internal", yes);
    return ev.attrs(
        {{"_module",
          ev.attrs(
              {{"args", option(items)}, {"check", check}, {"freeformType", freeform}, {"specialArgs", special}})}});
  };
  c.internalOptions = options(false);
  c.internalOptionsNested = options(true);
  const Value name = makeOverride(c, Value::of(kOptionDefaultPriority), Value::text("‹name›"));
  c.placeholderName = ev.attrs({{"_module", ev.attrs({{"args", ev.attrs({{"name", name}})}})}});
}

Value makeTypesSet(Compose& c) {
  std::vector<Attr> items;
  auto add = [&](std::string_view name, Value v) { items.push_back({c.symbol(name), 0, v}); };
  auto type = [&](std::string_view name, Type* t) { add(name, typeValue(t)); };
  type("unspecified", c.unspecified);
  type("raw", c.raw);
  type("anything", c.anything);
  type("bool", c.boolean);
  type("boolByOr", c.boolByOr);
  type("int", c.integer);
  type("float", c.floating);
  type("str", c.str);
  type("nonEmptyStr", c.nonEmptyStr);
  type("singleLineStr", c.singleLineStr);
  type("attrs", c.attrs);
  type("fileset", c.fileset);
  type("package", c.package);
  type("shellPackage", c.shellPackage);
  type("luaInline", c.luaInline);
  type("optionDeclaration", c.optionDeclaration);
  type("optionType", c.optionType);
  type("path", c.path);
  type("pathInStore", c.pathInStore);
  type("externalPath", c.externalPath);
  type("deferredModule", c.deferred);
  type("lines", c.lines);
  type("commas", c.commas);
  type("envVar", c.envVar);
  type("number", c.number);
  type("port", c.port);
  type("pkgs", c.packageSet);
  type("json", c.json);
  type("toml", c.toml);
  add("ints", intsSet(c));
  add("numbers", numbersSet(c));
  const Value off = c.ev.attrs(
      {{"_module", c.ev.attrs({{"check", makeOverride(c, Value::of(std::int64_t{50}), Value::of(false))}})}});
  add("noCheckForDocsModule",
      c.ev.attrs(
          {{"config", off},
           {"_file",
            Value::text("<built-in module that disables checks for the purpose of documentation generation>")}}));
  addTypeFunctions(c, items);
  add("types", c.ev.nativeThunk([](Evaluator&, void* data) { return static_cast<Compose*>(data)->typesSet; }, &c));
  return c.ev.attrs(items);
}

}  // namespace fleetd::compose
