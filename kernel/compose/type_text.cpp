// Names and descriptions of option types.
#include <vector>

#include "kernel/base/json_writer.hpp"
#include "kernel/compose/compose.hpp"
#include "kernel/compose/errors.hpp"
#include "kernel/compose/type_set.hpp"
#include "kernel/compose/type_text.hpp"

namespace fleetd::compose {

namespace {

enum Class : unsigned { kNoun = 1, kComposite = 2, kConjunction = 4 };

unsigned classBit(std::string_view text) {
  if (text == "noun") return kNoun;
  if (text == "composite") return kComposite;
  return text == "conjunction" ? kConjunction : 0u;
}

Value descriptionClassOf(Type* type) {
  return type->c->ev.selectOr(typeValue(type), type->c->names.descriptionClass, Value::null(), 0);
}

// Text built from parts; the first error wins.
class Text {
 public:
  explicit Text(Compose& c) : c_(c) {}

  Text& operator<<(std::string_view text) {
    text_ += text;
    return *this;
  }
  Text& value(Value v) {
    if (v.isError())
      error_ = error_.isError() ? error_ : v;
    else if (v.is(Tag::String))
      text_ += v.string();
    return *this;
  }
  // The description of a type, in parentheses unless its class is among `bare`.
  Text& phrase(Type* type, unsigned bare) {
    if (!type) return *this;
    const Value klass = descriptionClassOf(type);
    const bool plain = klass.is(Tag::String) && (classBit(klass.string()) & bare) != 0;
    if (!plain) text_ += '(';
    value(klass.isError() ? klass : typeDescription(type));
    if (!plain) text_ += ')';
    return *this;
  }
  Value* error() { return &error_; }
  Value done() { return error_.isError() ? error_ : c_.ev.string(text_); }

 private:
  Compose& c_;
  std::string text_;
  Value error_;
};

Value json(Compose& c, Value v) {
  v = c.ev.force(v);
  std::string out;
  if (v.is(Tag::String))
    base::appendJsonString(out, v.string());
  else if (v.is(Tag::Float))
    base::appendJsonFloat(out, v.real);
  else if (v.is(Tag::Int))
    out = std::to_string(v.integer);
  else
    return v.isError() ? v : c.ev.typeError("a number", v, 0);
  return c.ev.string(out);
}

std::string shown(Compose& c, Value v) {
  if (v.is(Tag::String)) return fmt::format("\"{}\"", v.string());
  if (v.is(Tag::Int)) return std::to_string(v.integer);
  if (v.is(Tag::Bool)) return v.boolean() ? "true" : "false";
  return fmt::format("<{}>", v.isError() ? "error" : valueKind(c.ev.force(v)));
}

Value describeEnum(Type* type) {
  Compose& c = *type->c;
  const Value values = c.ev.force(type->other);
  if (!values.is(Tag::List)) return values.isError() ? values : c.ev.typeError("a list", values, 0);
  std::string out = values.aux == 0 ? "impossible (empty enum)" : values.aux == 1 ? "value " : "one of ";
  for (std::uint32_t i = 0; i < values.aux; ++i) {
    const Value v = c.ev.force(values.elements[i]);
    if (v.isError()) return v;
    if (i > 0) out += ", ";
    out += shown(c, v);
  }
  if (values.aux == 1) out += " (singular enum)";
  return c.ev.string(out);
}

Value describeTag(Type* type) {
  Compose& c = *type->c;
  const Value tags = c.ev.force(type->other);
  if (!tags.is(Tag::Attrs)) return tags.isError() ? tags : c.ev.typeError("a set", tags, 0);
  std::string out = "attribute-tagged union with choices: ";
  bool first = true;
  for (const Attr* tag : c.ev.sortedByName(tags.attrs)) {
    if (!first) out += ", ";
    first = false;
    out += nixIdentifier(c.text(tag->name));
  }
  return c.ev.string(out);
}

std::string pathText(const Type* type) {
  std::string out = type->absolute == Tri::Null   ? "path"
                    : type->absolute == Tri::True ? "absolute path"
                                                  : "relative path";
  if (type->inStore != Tri::Null) out += type->inStore == Tri::True ? " in the Nix store" : " not in the Nix store";
  return out;
}

Value describeEither(Type* type, Text& text) {
  Type* left = elemOf(type, text.error());
  Type* right = otherOf(type, text.error());
  if (!left || !right) return text.done();
  const Value klass = descriptionClassOf(left);
  if (klass.is(Tag::String) && klass.string() == "nonRestrictiveClause")
    return text.value(typeDescription(left)).operator<<(", or ").phrase(right, kNoun | kConjunction).done();
  return text.phrase(left, kNoun | kConjunction)
      .
      operator<<(" or ")
      .phrase(right, kNoun | kConjunction | kComposite)
      .done();
}

Value describeCheck(Type* type, Text& text) {
  Compose& c = *type->c;
  Type* elem = elemOf(type, text.error());
  if (!elem) return text.done();
  switch (type->predicate) {
    case Predicate::NonEmptyList: return (text << "non-empty ").phrase(elem, kNoun).done();
    case Predicate::Passwd: return text.phrase(elem, kNoun).operator<<(", not containing newlines or colons").done();
    case Predicate::Range: {
      const bool ints = elem->kind == Kind::Int;
      text << (ints ? "integer between " : "integer or floating point number between ");
      return text.value(json(c, type->other))
          .
          operator<<(" and ")
          .value(json(c, type->extra))
          .
          operator<<(" (both inclusive)")
          .done();
    }
    case Predicate::None:
    case Predicate::Function:
    case Predicate::NonNegative:
    case Predicate::Positive:
    case Predicate::PackageSet: break;
  }
  return typeDescription(elem);
}

std::string_view fixedText(Kind kind) {
  switch (kind) {
    case Kind::Unspecified:
    case Kind::Assumed: return "unspecified value";
    case Kind::Raw: return "raw value";
    case Kind::Anything: return "anything";
    case Kind::Bool: return "boolean";
    case Kind::BoolByOr: return "boolean (merged using or)";
    case Kind::Int: return "signed integer";
    case Kind::Float: return "floating point number";
    case Kind::Str: return "string";
    case Kind::NonEmptyStr: return "non-empty string";
    case Kind::SingleLineStr: return "(optionally newline-terminated) single-line string";
    case Kind::Attrs: return "attribute set";
    case Kind::Fileset: return "fileset";
    case Kind::Package:
    case Kind::ShellPackage: return "package";
    case Kind::LuaInline: return "inline lua";
    case Kind::OptionDeclaration: return "option declaration";
    case Kind::OptionType: return "optionType";
    case Kind::Deferred: return "module";
    case Kind::StrMatching:
    case Kind::SeparatedString:
    case Kind::Path:
    case Kind::Enum:
    case Kind::ListOf:
    case Kind::AttrListOf:
    case Kind::AttrsWith:
    case Kind::AttrTag:
    case Kind::Unique:
    case Kind::NullOr:
    case Kind::FunctionTo:
    case Kind::Either:
    case Kind::CoercedTo:
    case Kind::AddCheck:
    case Kind::Submodule:
    case Kind::Custom: break;
  }
  return {};
}

}  // namespace

Value typeDescription(Type* type) { return type->c->ev.select(typeValue(type), type->c->common.description, 0); }
Value typeName(Type* type) { return type->c->ev.select(typeValue(type), type->c->common.name, 0); }

Value describe(Type* type) {
  Compose& c = *type->c;
  if (!type->fixedDescription.empty()) return Value::text(type->fixedDescription);
  Text text(c);
  Type* elem = type->elem.is(Tag::Null) ? nullptr : elemOf(type, text.error());
  switch (type->kind) {
    case Kind::StrMatching: return (text << "string matching the pattern ").value(c.ev.force(type->other)).done();
    case Kind::SeparatedString: return (text << "strings concatenated with ").value(json(c, type->other)).done();
    case Kind::Path: return c.ev.string(pathText(type));
    case Kind::Enum: return describeEnum(type);
    case Kind::ListOf: return (text << "list of ").phrase(elem, kNoun | kComposite).done();
    case Kind::AttrListOf: return (text << "attribute list of ").phrase(elem, kNoun | kComposite).done();
    case Kind::AttrsWith:
      return (text << (type->lazy ? "lazy attribute set of " : "attribute set of "))
          .phrase(elem, kNoun | kComposite)
          .done();
    case Kind::AttrTag: return describeTag(type);
    case Kind::Unique: return elem ? typeDescription(elem) : text.done();
    case Kind::NullOr: return (text << "null or ").phrase(elem, kNoun | kConjunction).done();
    case Kind::FunctionTo: return (text << "function that evaluates to a(n) ").phrase(elem, kNoun | kComposite).done();
    case Kind::Either: return describeEither(type, text);
    case Kind::CoercedTo: {
      Type* final = otherOf(type, text.error());
      return text.phrase(final, kNoun).operator<<(" or ").phrase(elem, kNoun).operator<<(" convertible to it").done();
    }
    case Kind::AddCheck: return describeCheck(type, text);
    case Kind::Submodule: {
      const Value own = c.ev.force(type->submodule->description);
      if (!own.is(Tag::Null)) return own;
      Value error;
      Type* freeform = documentedFreeform(type, &error);
      if (error.isError()) return error;
      return freeform ? (text << "open submodule of ").phrase(freeform, kNoun | kComposite).done()
                      : Value::text("submodule");
    }
    case Kind::Unspecified:
    case Kind::Assumed:
    case Kind::Raw:
    case Kind::Anything:
    case Kind::Bool:
    case Kind::BoolByOr:
    case Kind::Int:
    case Kind::Float:
    case Kind::Str:
    case Kind::NonEmptyStr:
    case Kind::SingleLineStr:
    case Kind::Attrs:
    case Kind::Fileset:
    case Kind::Package:
    case Kind::ShellPackage:
    case Kind::LuaInline:
    case Kind::OptionDeclaration:
    case Kind::OptionType:
    case Kind::Deferred:
    case Kind::Custom: break;
  }
  return Value::text(fixedText(type->kind));
}

Value describeClass(Type* type) {
  Compose& c = *type->c;
  if (!type->fixedClass.empty()) return Value::text(type->fixedClass);
  switch (type->kind) {
    case Kind::ListOf:
    case Kind::AttrListOf:
    case Kind::AttrsWith:
    case Kind::FunctionTo: return Value::text("composite");
    case Kind::NullOr:
    case Kind::Either: return Value::text("conjunction");
    case Kind::Enum: {
      const Value values = c.ev.force(type->other);
      if (values.isError()) return values;
      return Value::text(values.is(Tag::List) && values.aux < 2 ? "noun" : "conjunction");
    }
    case Kind::Unique:
    case Kind::AddCheck: {
      Value error;
      Type* elem = elemOf(type, &error);
      if (!elem) return error;
      return type->kind == Kind::Unique ? c.ev.select(typeValue(elem), c.names.descriptionClass, 0)
                                        : descriptionClassOf(elem);
    }
    case Kind::Attrs:
    case Kind::CoercedTo:
    case Kind::Submodule:
    case Kind::Custom: return Value::null();
    case Kind::Unspecified:
    case Kind::Assumed:
    case Kind::Raw:
    case Kind::Anything:
    case Kind::Bool:
    case Kind::BoolByOr:
    case Kind::Int:
    case Kind::Float:
    case Kind::Str:
    case Kind::NonEmptyStr:
    case Kind::SingleLineStr:
    case Kind::StrMatching:
    case Kind::SeparatedString:
    case Kind::Fileset:
    case Kind::Package:
    case Kind::ShellPackage:
    case Kind::Path:
    case Kind::LuaInline:
    case Kind::OptionDeclaration:
    case Kind::OptionType:
    case Kind::AttrTag:
    case Kind::Deferred: break;
  }
  return Value::text("noun");
}

Value describeName(Type* type) {
  Compose& c = *type->c;
  if (!type->fixedName.empty()) return Value::text(type->fixedName);
  switch (type->kind) {
    case Kind::Unspecified:
    case Kind::Assumed: return Value::text("unspecified");
    case Kind::Raw: return Value::text("raw");
    case Kind::Anything: return Value::text("anything");
    case Kind::Bool: return Value::text("bool");
    case Kind::BoolByOr: return Value::text("boolByOr");
    case Kind::Int: return Value::text("int");
    case Kind::Float: return Value::text("float");
    case Kind::Str: return Value::text("str");
    case Kind::NonEmptyStr: return Value::text("nonEmptyStr");
    case Kind::SingleLineStr: return Value::text("singleLineStr");
    case Kind::StrMatching: {
      const Value pattern = c.ev.force(type->other);
      if (!pattern.is(Tag::String)) return pattern.isError() ? pattern : c.ev.typeError("a string", pattern, 0);
      return c.ev.string("strMatching " + quoted(pattern.string()));
    }
    case Kind::SeparatedString: return Value::text("separatedString");
    case Kind::Attrs: return Value::text("attrs");
    case Kind::Fileset: return Value::text("fileset");
    case Kind::Package:
    case Kind::ShellPackage: return Value::text("package");
    case Kind::Path: return Value::text("path");
    case Kind::LuaInline: return Value::text("luaInline");
    case Kind::OptionDeclaration: return Value::text("optionDeclaration");
    case Kind::OptionType: return Value::text("optionType");
    case Kind::Enum: return Value::text("enum");
    case Kind::ListOf: return Value::text("listOf");
    case Kind::AttrListOf: return Value::text("attrListOf");
    case Kind::AttrsWith: return Value::text(type->lazy ? "lazyAttrsOf" : "attrsOf");
    case Kind::AttrTag: return Value::text("attrTag");
    case Kind::Unique: return Value::text("unique");
    case Kind::NullOr: return Value::text("nullOr");
    case Kind::FunctionTo: return Value::text("functionTo");
    case Kind::Either: return Value::text("either");
    case Kind::CoercedTo: return Value::text("coercedTo");
    case Kind::Submodule: return Value::text("submodule");
    case Kind::Deferred: return Value::text("deferredModule");
    case Kind::AddCheck:
    case Kind::Custom: break;
  }
  Value error;
  Type* elem = elemOf(type, &error);
  if (!elem) return error;
  const Value name = typeName(elem);
  if (type->predicate != Predicate::Passwd || !name.is(Tag::String)) return name;
  return c.ev.string(fmt::format("passwdEntry {}", name.string()));
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char ch = text[i];
    if (ch == '"' || ch == '\\' || (ch == '$' && i + 1 < text.size() && text[i + 1] == '{')) out += '\\';
    if (ch == '\n')
      out += "\\n";
    else if (ch == '\r')
      out += "\\r";
    else if (ch == '\t')
      out += "\\t";
    else
      out += ch;
  }
  return out + '"';
}

}  // namespace fleetd::compose
