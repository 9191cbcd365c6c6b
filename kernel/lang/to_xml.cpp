// The XML of builtins.toXML: strict, without source positions, indented by two blanks.
#include "kernel/lang/to_xml.hpp"

#include <algorithm>
#include <set>

namespace fleetd::lang {

namespace {

class XmlWriter {
 public:
  explicit XmlWriter(Evaluator& ev) : ev_(ev) {}

  Value document(Value v) {
    out_ = "<?xml version='1.0' encoding='utf-8'?>\n";
    open("expr", {});
    if (!value(v)) return failure_;
    close("expr");
    return ev_.stringWithContext(out_, context_);
  }

 private:
  using Fields = std::vector<std::pair<std::string_view, std::string>>;

  bool fail(Value v) {
    failure_ = v;
    return false;
  }

  void start(std::string_view tag, const Fields& fields) {
    out_.append(indent_, ' ');
    (out_ += '<') += tag;
    for (const auto& [name, text] : fields) {
      ((out_ += ' ') += name) += "=\"";
      for (char c : text) {
        if (c == '"')
          out_ += "&quot;";
        else if (c == '<')
          out_ += "&lt;";
        else if (c == '>')
          out_ += "&gt;";
        else if (c == '&')
          out_ += "&amp;";
        else if (c == '\n')
          out_ += "&#xA;";
        else
          out_ += c;
      }
      out_ += '"';
    }
  }

  void open(std::string_view tag, const Fields& fields) {
    start(tag, fields);
    out_ += ">\n";
    indent_ += 2;
  }

  void close(std::string_view tag) {
    indent_ -= 2;
    out_.append(indent_, ' ');
    ((out_ += "</") += tag) += ">\n";
  }

  bool leaf(std::string_view tag, const Fields& fields) {
    start(tag, fields);
    out_ += " />\n";
    return true;
  }

  bool value(Value v) {
    v = ev_.force(v);
    switch (v.tag) {
      case Tag::Error: return fail(v);
      case Tag::Unknown: return fail(Value::stuck());
      case Tag::Null: return leaf("null", {});
      case Tag::Bool: return leaf("bool", {{"value", v.boolean() ? "true" : "false"}});
      case Tag::Int: return leaf("int", {{"value", std::to_string(v.integer)}});
      case Tag::Float: return leaf("float", {{"value", fmt::format("{:g}", v.real)}});
      case Tag::Path: return leaf("path", {{"value", std::string(v.string())}});
      case Tag::String: return leaf("string", {{"value", string(v)}});
      case Tag::List:
      case Tag::Attrs: return nested(v);
      case Tag::Lambda: return function(*v.closure->lambda);
      case Tag::Prim:
      case Tag::PrimApp:
      case Tag::Native: return leaf("unevaluated", {});
      case Tag::Thunk:
      case Tag::Stuck:
      case Tag::Pending:
      case Tag::Running: break;
    }
    return leaf("unevaluated", {});
  }

  std::string string(Value v) {
    context_ = ev_.mergeContext(context_, ev_.contextOf(v));
    return std::string(v.string());
  }

  bool nested(Value v) {
    if (!ev_.enter(0, &failure_)) return false;
    const bool fine = v.is(Tag::Attrs) ? set(v) : list(v);
    ev_.leave();
    return fine;
  }

  bool list(Value v) {
    open("list", {});
    for (const Value& element : v.list())
      if (!value(element)) return false;
    close("list");
    return true;
  }

  bool set(Value v) {
    const Attr* type = v.attrs->find(ev_.names().drvType);
    if (type) {
      const Value t = ev_.force(type->value);
      if (t.isError()) return fail(t);
      if (t.isUnknown()) return fail(Value::stuck());
      if (t.is(Tag::String) && t.string() == "derivation") return derivation(v);
    }
    open("attrs", {});
    if (!attributes(v)) return false;
    close("attrs");
    return true;
  }

  bool attributes(Value v) {
    for (const Attr* attr : ev_.sortedByName(v.attrs)) {
      open("attr", {{"name", std::string(ev_.text(attr->name))}});
      if (!value(attr->value)) return false;
      close("attr");
    }
    return true;
  }

  // A derivation is written out once; later it is only named.
  bool derivation(Value v) {
    Fields fields;
    std::string drvPath;
    for (std::string_view name : {"drvPath", "outPath"}) {
      const Attr* attr = v.attrs->find(ev_.symbol(name));
      if (!attr) continue;
      const Value path = ev_.force(attr->value);
      if (path.isError()) return fail(path);
      if (path.isUnknown()) return fail(Value::stuck());
      if (!path.is(Tag::String)) continue;
      fields.emplace_back(name, string(path));
      if (name == "drvPath") drvPath = path.string();
    }
    open("derivation", fields);
    if (drvPath.empty() || !seen_.insert(drvPath).second)
      leaf("repeated", {});
    else if (!attributes(v))
      return false;
    close("derivation");
    return true;
  }

  bool function(const ExprLambda& lambda) {
    open("function", {});
    if (!lambda.hasFormals) {
      leaf("varpat", {{"name", std::string(ev_.text(lambda.arg))}});
    } else {
      Fields fields;
      if (lambda.ellipsis) fields.emplace_back("ellipsis", "1");
      if (lambda.arg) fields.emplace_back("name", ev_.text(lambda.arg));
      open("attrspat", fields);
      std::vector<std::string_view> names;
      for (const Formal& formal : lambda.formals) names.push_back(ev_.text(formal.name));
      std::sort(names.begin(), names.end());
      for (std::string_view name : names) leaf("attr", {{"name", std::string(name)}});
      close("attrspat");
    }
    close("function");
    return true;
  }

  Evaluator& ev_;
  std::string out_;
  std::size_t indent_ = 0;
  const StringContext* context_ = nullptr;
  std::set<std::string> seen_;
  Value failure_;
};

}  // namespace

Value writeXml(Evaluator& ev, Value v) { return XmlWriter(ev).document(v); }

}  // namespace fleetd::lang
