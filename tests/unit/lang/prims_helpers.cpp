// For tests of builtins.
#include "tests/unit/lang/prims_helpers.hpp"

#include "kernel/base/json_writer.hpp"
#include "kernel/lang/parser.hpp"
#include "kernel/lang/prims/support.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::lang::test {

PrimWorld::PrimWorld(Purity purity) : ev(sources_, symbols_, purity) {
  ev.onTrace = [this](std::string_view text) { traces.emplace_back(text); };
}

Value PrimWorld::eval(const std::string& text) { return ev.evalText("«test»", text, "/"); }

Value PrimWorld::call(const std::string& text, Value u) {
  const Value function = eval("u: " + text);
  return function.isError() ? function : ev.call(function, u, 0);
}

Value PrimWorld::symbolic(const std::string& text) {
  const Value u = ev.nativeThunk([](Evaluator& self, void*) { return self.unknownRoot("u"); }, nullptr);
  ev.force(u);
  cell_ = u.thunk;
  return call(text, u);
}

Value PrimWorld::concrete(const std::string& text, const std::string& u) { return call(text, eval(u)); }

std::vector<Value> PrimWorld::resolveAll(const Unknown& unknown, Value u) {
  std::vector<Value> out;
  for (const Value& operand : unknown.operands()) out.push_back(resolved(operand, u));
  return out;
}

Value PrimWorld::resolve(Value v, Value u) {
  json(v);  // while `u` is still unknown everywhere
  cell_->value = u;
  return resolved(v, u);
}

Value PrimWorld::resolved(Value v, Value u) {
  v = ev.force(v);
  if (v.is(Tag::List) || v.is(Tag::Attrs)) return resolveDeep(v, u);
  if (!v.isUnknown()) return v;
  const Unknown& unknown = *v.unknown;
  auto at = [&](std::size_t i) { return resolved(unknown.args[i], u); };
  switch (unknown.op) {
    case UnknownOp::Root: return u;
    case UnknownOp::Select: return resolved(ev.select(at(0), unknown.name, 0), u);
    case UnknownOp::SelectOr: return resolved(ev.selectOr(at(0), unknown.name, unknown.args[1], 0), u);
    case UnknownOp::HasAttr: return ev.hasAttr(at(0), unknown.name, 0);
    case UnknownOp::DynSelect: return resolved(prims::applyPrim(ev, findPrim("getAttr"), {at(1), at(0)}, 0), u);
    case UnknownOp::DynHasAttr: return prims::applyPrim(ev, findPrim("hasAttr"), {at(1), at(0)}, 0);
    case UnknownOp::Call: return resolved(ev.call(at(0), unknown.args[1], 0), u);
    case UnknownOp::If: {
      const Value condition = at(0);
      return condition.isError() ? condition : at(condition.boolean() ? 1 : 2);
    }
    case UnknownOp::Assert: {
      const Value condition = at(0);
      return condition.isError()   ? condition
             : condition.boolean() ? at(1)
                                   : ev.failText(ErrorKind::Assertion, 0, "assertion");
    }
    case UnknownOp::Binary: {
      if (unknown.binary != BinaryOp::And && unknown.binary != BinaryOp::Or && unknown.binary != BinaryOp::Implies)
        return ev.binary(unknown.binary, at(0), at(1), 0);
      const Value left = at(0);
      if (left.isError() || left.boolean() == (unknown.binary == BinaryOp::Or)) return left;
      return at(1);
    }
    case UnknownOp::Not: {
      const Value operand = at(0);
      return operand.isError() ? operand : Value::of(!operand.boolean());
    }
    case UnknownOp::Negate: return ev.binary(BinaryOp::Sub, Value::of(std::int64_t{0}), at(0), 0);
    case UnknownOp::Interp: {
      std::vector<Value> parts;
      for (std::size_t i = 0; i < unknown.count; ++i)
        parts.push_back(ev.coerceToString(at(i), Evaluator::Coerce::Interpolate, 0));
      return ev.joinStrings(parts, 0, static_cast<bool>(unknown.name));
    }
    case UnknownOp::Prim: {
      std::vector<Value> args = resolveAll(unknown, u);
      const Value result = ev.callPrim(unknown.prim, args.data(), 0);
      // What stays unknown with known operands is unknown by itself (a store path).
      if (result.isUnknown() && result.unknown->op == UnknownOp::Prim && result.unknown->prim == unknown.prim)
        return result;
      return resolved(result, u);
    }
    case UnknownOp::Attrs: {
      Value set = at(0);
      for (std::size_t i = 1; i + 1 < unknown.count; i += 2) {
        const Value name = at(i);
        if (name.isError()) return name;
        if (name.is(Tag::Null)) continue;
        std::vector<Attr> one{{ev.symbol(name.string()), 0, at(i + 1)}};
        set = ev.update(set, ev.attrs(one), 0);
      }
      return set;
    }
    case UnknownOp::StorePath:
    case UnknownOp::With:
    case UnknownOp::Present:
    case UnknownOp::SearchPath: return v;
  }
  return v;
}

Value PrimWorld::resolveDeep(Value v, Value u) {
  if (v.is(Tag::List)) {
    std::vector<Value> elements;
    for (const Value& element : v.list()) elements.push_back(resolved(element, u));
    return ev.list(elements);
  }
  std::vector<Attr> items;
  for (const Attr& attr : *v.attrs) items.push_back({attr.name, attr.pos, resolved(attr.value, u)});
  return ev.attrs(items);
}

void PrimWorld::print(Value v, std::string* out) {
  v = ev.force(v);
  if (v.isUnknown()) {
    *out += "{\"$\":";
    base::appendJsonString(*out, printUnknown(ev, v));
    *out += '}';
  } else if (v.isError()) {
    *out += "error: " + std::string(v.error->message);
  } else if (v.is(Tag::List)) {
    *out += '[';
    for (std::size_t i = 0; i < v.aux; ++i) {
      if (i > 0) *out += ',';
      print(v.list()[i], out);
    }
    *out += ']';
  } else if (v.is(Tag::Attrs)) {
    *out += '{';
    bool first = true;
    for (const Attr* attr : ev.sortedByName(v.attrs)) {
      if (!std::exchange(first, false)) *out += ',';
      base::appendJsonString(*out, ev.text(attr->name));
      *out += ':';
      print(attr->value, out);
    }
    *out += '}';
  } else if (v.isFunction()) {
    *out += "<function>";
  } else {
    Value args[] = {v};
    const Value text = ev.callPrim(findPrim("toJSON"), args, 0);
    *out += text.is(Tag::String) ? std::string(text.string()) : ev.show(text);
  }
}

std::string PrimWorld::json(Value v) {
  std::string out;
  print(v, &out);
  return out;
}

std::string PrimWorld::error(const std::string& text) {
  const Value v = ev.forceDeep(eval(text));
  if (!v.isError()) return "no error: " + json(v);
  return std::string(v.error->message);
}

}  // namespace fleetd::lang::test
