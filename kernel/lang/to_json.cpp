// Values as JSON for people and programs outside.
#include "kernel/lang/to_json.hpp"

#include "kernel/lang/unknown.hpp"

namespace fleetd::lang {

namespace {

class Printer {
 public:
  Printer(Evaluator& ev, base::JsonWriter& out, UnknownJson unknowns) : ev_(ev), out_(out), unknowns_(unknowns) {}

  Value print(Value v, Pos pos) {
    v = ev_.force(v);
    switch (v.tag) {
      case Tag::Null: out_.null(); return {};
      case Tag::Bool: out_.boolean(v.boolean()); return {};
      case Tag::Int: out_.integer(v.integer); return {};
      case Tag::Float: out_.real(v.real); return {};
      case Tag::String:
      case Tag::Path: out_.string(v.string()); return {};
      case Tag::List: return list(v, pos);
      case Tag::Attrs: return attrs(v, pos);
      case Tag::Unknown: return unknown(v, v.unknown->pos ? v.unknown->pos : pos);
      case Tag::Error: return v;
      case Tag::Lambda:
      case Tag::Prim:
      case Tag::PrimApp:
      case Tag::Native:
        if (unknowns_ == UnknownJson::Object)
          return residual(ev_.show(v), v.is(Tag::Lambda) ? v.closure->lambda->pos : pos);
        return ev_.failText(ErrorKind::Type, pos, "cannot convert a function to JSON");
      case Tag::Thunk:
      case Tag::Stuck:
      case Tag::Pending:
      case Tag::Running: break;
    }
    return ev_.failText(ErrorKind::Abort, pos, "internal: a value that cannot be printed");
  }

 private:
  Value list(Value v, Pos pos) {
    Value error;
    if (!ev_.enter(pos, &error)) return error;
    out_.beginArray();
    Value result;
    for (const Value& element : v.list())
      if (result = print(element, pos); !result.is(Tag::Null)) break;
    ev_.leave();
    if (!result.is(Tag::Null)) return result;
    out_.endArray();
    return {};
  }

  Value attrs(Value v, Pos pos) {
    Value error;
    if (!ev_.enter(pos, &error)) return error;
    const Value result = attrsInside(v, pos);
    ev_.leave();
    return result;
  }

  Value attrsInside(Value v, Pos pos) {
    if (v.attrs->find(ev_.names().toString)) {
      const Value text = ev_.coerceToString(v, Evaluator::Coerce::Interpolate, 0);
      return print(text, pos);
    }
    if (const Attr* outPath = v.attrs->find(ev_.names().outPath)) return print(outPath->value, outPath->pos);
    out_.beginObject();
    for (const Attr* attr : ev_.sortedByName(v.attrs)) {
      out_.key(ev_.text(attr->name));
      const Value result = print(attr->value, attr->pos);
      if (result.isError())
        return ev_.addFrame(result, attr->pos,
                            ev_.arena().copy(fmt::format("while evaluating attribute '{}'", ev_.text(attr->name))));
      if (!result.is(Tag::Null)) return result;
    }
    out_.endObject();
    return {};
  }

  Value unknown(Value v, Pos pos) {
    if (unknowns_ == UnknownJson::Stuck) return Value::stuck();
    // Of a partly known set the known names print as such; the rest follows under "$rest".
    if (auto names = knownNames(ev_, v); names && v.unknown->op != UnknownOp::If) {
      // As with known sets, one that stands for a path is its path.
      if (const Attr* outPath = names->known->find(ev_.names().outPath)) return print(outPath->value, outPath->pos);
      out_.beginObject();
      for (const Attr* attr : ev_.sortedByName(names->known)) {
        out_.key(ev_.text(attr->name));
        const Value result = print(attr->value, attr->pos);
        if (!result.is(Tag::Null)) return result;
      }
      if (names->open) {
        out_.key("$rest");
        // The known names were just printed, so only what they stand on follows.
        Value rest = v;
        while (rest.isUnknown() && rest.unknown->op == UnknownOp::Binary && rest.unknown->binary == BinaryOp::Update &&
               ev_.force(rest.unknown->args[1]).is(Tag::Attrs))
          rest = ev_.force(rest.unknown->args[0]);
        residual(printUnknown(ev_, rest), pos);
      }
      out_.endObject();
      return {};
    }
    return residual(printUnknown(ev_, v), pos);
  }

  Value residual(std::string_view text, Pos pos) {
    out_.beginObject();
    out_.member("$expr", text);
    out_.member("$at", ev_.sources().describe(pos));
    out_.endObject();
    return {};
  }

  Evaluator& ev_;
  base::JsonWriter& out_;
  UnknownJson unknowns_;
};

}  // namespace

Value writeJson(Evaluator& ev, Value v, base::JsonWriter& out, UnknownJson unknowns, Pos pos) {
  return Printer(ev, out, unknowns).print(v, pos);
}

}  // namespace fleetd::lang
