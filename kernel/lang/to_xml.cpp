// builtins.toXML: two blanks a level, attributes by name, functions as their patterns.
#include "kernel/lang/to_xml.hpp"

#include <algorithm>

namespace fleetd::lang {

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\n': out += "&#xA;"; break;
      default: out += c;
    }
  return out;
}

class XmlPrinter {
 public:
  XmlPrinter(Evaluator& ev, std::string& out) : ev_(ev), out_(out) {}

  Value print(Value v, int depth) {
    v = ev_.force(v);
    switch (v.tag) {
      case Tag::Null: line(depth, "<null />"); return {};
      case Tag::Bool: line(depth, v.boolean() ? R"(<bool value="true" />)" : R"(<bool value="false" />)"); return {};
      case Tag::Int: line(depth, fmt::format(R"(<int value="{}" />)", v.integer)); return {};
      case Tag::Float: line(depth, fmt::format(R"(<float value="{:.6g}" />)", v.real)); return {};
      case Tag::String: line(depth, fmt::format(R"(<string value="{}" />)", escaped(v.string()))); return {};
      case Tag::Path: line(depth, fmt::format(R"(<path value="{}" />)", escaped(v.string()))); return {};
      case Tag::List: case Tag::Attrs: return nested(v, depth);
      case Tag::Lambda: return lambda(v.closure->lambda, depth);
      case Tag::Prim: case Tag::PrimApp: case Tag::Native: line(depth, "<unevaluated />"); return {};
      case Tag::Error: return v;
      case Tag::Unknown: return Value::stuck();
      case Tag::Thunk: case Tag::Stuck: case Tag::Pending: case Tag::Running: break;
    }
    return {};
  }

 private:
  void line(int depth, std::string_view text) {
    out_.append(static_cast<std::size_t>(depth) * 2, ' ');
    out_ += text;
    out_ += '\n';
  }

  Value nested(Value v, int depth) {
    Value result;
    if (!ev_.enter(0, &result)) return result;
    if (v.is(Tag::List)) {
      line(depth, "<list>");
      for (const Value& element : v.list())
        if (result = print(element, depth + 1); !result.is(Tag::Null)) break;
      line(depth, "</list>");
    } else {
      result = attrs(v, depth);
    }
    ev_.leave();
    return result;
  }

  Value attrs(Value v, int depth) {
    line(depth, "<attrs>");
    for (const Attr* attr : ev_.sortedByName(v.attrs)) {
      line(depth + 1, fmt::format(R"(<attr name="{}">)", escaped(ev_.text(attr->name))));
      const Value result = print(attr->value, depth + 2);
      if (!result.is(Tag::Null)) return result;
      line(depth + 1, "</attr>");
    }
    line(depth, "</attrs>");
    return {};
  }

  Value lambda(const ExprLambda* lambda, int depth) {
    line(depth, "<function>");
    if (lambda->hasFormals) {
      std::string open = "<attrspat";
      if (lambda->ellipsis) open += R"( ellipsis="1")";
      if (lambda->arg) open += fmt::format(R"( name="{}")", escaped(ev_.text(lambda->arg)));
      line(depth + 1, open + ">");
      std::vector<std::string_view> names;
      for (const Formal& formal : lambda->formals) names.push_back(ev_.text(formal.name));
      std::sort(names.begin(), names.end());
      for (std::string_view name : names) line(depth + 2, fmt::format(R"(<attr name="{}" />)", escaped(name)));
      line(depth + 1, "</attrspat>");
    } else {
      line(depth + 1, fmt::format(R"(<varpat name="{}" />)", escaped(ev_.text(lambda->arg))));
    }
    line(depth, "</function>");
    return {};
  }

  Evaluator& ev_;
  std::string& out_;
};

}  // namespace

Value writeXml(Evaluator& ev, Value v, std::string* out) {
  *out = "<?xml version='1.0' encoding='utf-8'?>\n<expr>\n";
  const Value result = XmlPrinter(ev, *out).print(v, 1);
  *out += "</expr>\n";
  return result;
}

}  // namespace fleetd::lang
