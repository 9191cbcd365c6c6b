// Strings: coercion, interpolation, joining with context.
#include <cmath>

#include "kernel/base/file.hpp"
#include "kernel/lang/evaluator.hpp"
#include "kernel/lang/prims/support.hpp"
#include "kernel/lang/read_log.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::lang {

namespace {

Value cannotCoerce(Evaluator& ev, Value v, Pos pos) {
  const Value error = ev.fail(ErrorKind::Type, 0, "cannot coerce {} to a string: {}", ev.typeName(v), ev.show(v));
  return pos ? ev.addFrame(error, pos, "while evaluating a path segment") : error;
}

// toString of something unknown. What is certainly a string stays itself.
Value unknownText(Evaluator& ev, Value v, Pos pos) {
  if (v.isUnknown() && prims::possibleKinds(ev, v) == prims::kind::String) return v;
  return ev.unknownPrim(findPrim("toString"), std::span<const Value>(&v, 1), pos);
}

// What a set of which not all names are known is as text: that of `outPath`, where it is certain that this one holds. A
// flake is such a set, since it has either `rev` or `dirtyRev`. Stuck otherwise.
Value textOfOpenSet(Evaluator& ev, Value v, Evaluator::Coerce mode, Pos pos) {
  if (!v.isUnknown() || v.unknown->op != UnknownOp::Binary || v.unknown->binary != BinaryOp::Update)
    return Value::stuck();
  Value error;
  if (!ev.enter(pos, &error)) return Value::stuck();
  const Value special = ev.selectOr(v, ev.names().toString, Value::null(), pos);
  const Value path = special.is(Tag::Null) ? ev.selectOr(v, ev.names().outPath, Value::null(), pos) : Value::null();
  ev.leave();
  const bool certain =
      path.is(Tag::Path) || path.is(Tag::String) || (path.isUnknown() && path.unknown->op == UnknownOp::StorePath);
  return certain ? ev.coerceToString(path, mode, pos) : Value::stuck();
}

// toString of a list: elements joined by a blank, none after an empty nested list. An unknown element that may be a
// list takes its blank along: toString [ x "" ] is its text and that blank.
Value listToString(Evaluator& ev, Value v, Pos pos) {
  std::vector<Value> parts;
  const auto elements = v.list();
  Value error;
  if (!ev.enter(pos, &error)) return error;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const bool last = i + 1 == elements.size();
    const Value element = ev.force(elements[i]);
    if (element.isUnknown() && !last && (prims::possibleKinds(ev, element) & prims::kind::List)) {
      const Value pair[] = {element, Value::text("")};
      parts.push_back(unknownText(ev, ev.list(pair), element.unknown->pos));
      continue;
    }
    const Value part = ev.coerceToString(element, Evaluator::Coerce::ToString, pos);
    if (part.isError()) {
      ev.leave();
      return part;
    }
    parts.push_back(part);
    if (!last && !(element.is(Tag::List) && element.aux == 0)) parts.push_back(Value::text(" "));
  }
  ev.leave();
  return ev.joinStrings(parts, pos);
}

// A path as text is that of its copy in the store, which a file that is not there has none of.
Value storePath(Evaluator& ev, Value path, Pos pos) {
  std::string file(path.string());
  if (base::fileType(file) != base::FileType::Missing || prims::mayAppear(ev, file)) {
    const Value part[] = {path};
    return ev.unknown(UnknownOp::StorePath, part, pos);
  }
  ReadLog::note(file);
  return ev.fail(ErrorKind::File, pos, "path '{}' does not exist", file);
}

}  // namespace

Value Evaluator::coerceToString(Value v, Coerce mode, Pos pos) {
  v = force(v);
  switch (v.tag) {
    case Tag::String: return v;
    case Tag::Error: return v;
    case Tag::Unknown:
      if (const Value text = textOfOpenSet(*this, v, mode, pos); !text.isStuck()) return text;
      return mode == Coerce::ToString ? unknownText(*this, v, v.unknown->pos) : v;
    case Tag::Path: return mode == Coerce::Interpolate ? storePath(*this, v, pos) : Value::text(v.string());
    case Tag::Attrs: {
      if (const Attr* toString = v.attrs->find(names_.toString)) {
        const Value text = call(toString->value, v, pos);
        return text.isError() ? text : coerceToString(text, mode, pos);
      }
      if (const Attr* outPath = v.attrs->find(names_.outPath)) {
        Value error;
        if (!enter(pos, &error)) return error;
        const Value text = coerceToString(outPath->value, mode, pos);
        leave();
        return text;
      }
      return cannotCoerce(*this, v, pos);
    }
    default: break;
  }
  if (mode != Coerce::ToString) return cannotCoerce(*this, v, pos);
  switch (v.tag) {
    case Tag::Int: return string(std::to_string(v.integer));
    case Tag::Float: return string(fmt::format("{:f}", v.real));
    case Tag::Bool: return v.boolean() ? Value::text("1") : Value::text("");
    case Tag::Null: return Value::text("");
    case Tag::List: return listToString(*this, v, pos);
    default: return cannotCoerce(*this, v, pos);
  }
}

Value Evaluator::joinStrings(std::span<const Value> parts, Pos pos, bool isPath) {
  std::string chars;
  const StringContext* context = nullptr;
  std::vector<Value> mixed;  // filled once a part is unknown
  bool sawUnknown = false;
  auto flush = [&] {
    if (!chars.empty()) mixed.push_back(stringWithContext(chars, context));
    chars.clear();
    context = nullptr;
  };
  for (Value part : parts) {
    if (part.isError()) return part;
    if (part.isUnknown()) {
      sawUnknown = true;
      flush();
      if (part.unknown->op == UnknownOp::Interp && !isPath)
        for (Value inner : part.unknown->operands()) {
          if (inner.is(Tag::String)) {
            chars += inner.string();
            context = mergeContext(context, contextOf(inner));
          } else {
            flush();
            mixed.push_back(inner);
          }
        }
      else
        mixed.push_back(part);
      continue;
    }
    if (chars.size() + part.string().size() > prims::kMaxText) return prims::tooLarge(*this, "a string");
    chars += part.string();
    context = mergeContext(context, contextOf(part));
  }
  if (!sawUnknown) return isPath ? path(chars) : stringWithContext(chars, context);
  flush();
  return unknown(UnknownOp::Interp, mixed, pos, isPath ? symbol("path") : Symbol{});
}

Value Evaluator::evalInterp(const ExprInterp* expr, Env* env) {
  const bool isPath = (expr->flags & kPathInterp) != 0;
  std::vector<Value> parts;
  parts.reserve(expr->parts.size());
  for (Expr* part : expr->parts) {
    const Value v = eval(part, env);
    const Value text = coerceToString(v, isPath ? Coerce::Plain : Coerce::Interpolate, part->pos);
    if (text.isError()) return text;
    parts.push_back(text);
  }
  if (isPath)
    for (const Value& part : parts)
      if (const StringContext* context = contextOf(part); context && !context->elements.empty())
        return failText(ErrorKind::Type, expr->pos,
                        "a string that refers to a store path cannot be appended to a path");
  return joinStrings(parts, expr->pos, isPath);
}

}  // namespace fleetd::lang
