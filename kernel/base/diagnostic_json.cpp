// Diagnostics as JSON.
#include "kernel/base/diagnostic_print.hpp"
#include "kernel/base/json_writer.hpp"

namespace fleetd::base {

namespace {

struct Context {
  JsonWriter& json;
  const SourceMap& sources;
  std::string_view root;
};

void number(Context& c, std::string_view name, std::uint32_t value) {
  c.json.key(name);
  if (value == 0)
    c.json.null();
  else
    c.json.integer(value);
}

// file, line, column, endLine, endColumn; `file` is used when the span is empty.
void place(Context& c, Span span, std::string_view file) {
  const Location begin = c.sources.locate(span.begin);
  const Location end = c.sources.locate(span.end >= span.begin ? span.end : span.begin);
  if (begin.file) file = begin.file->name;
  c.json.key("file");
  if (file.empty())
    c.json.null();
  else
    c.json.string(shownPath(file, c.root));
  number(c, "line", begin.at.line);
  number(c, "column", begin.at.column);
  number(c, "endLine", end.at.line);
  number(c, "endColumn", end.at.column);
}

void labels(Context& c, const std::vector<Label>& labels) {
  c.json.key("labels").beginArray();
  for (const Label& label : labels) {
    c.json.beginObject();
    place(c, label.span, "");
    c.json.member("text", label.text).endObject();
  }
  c.json.endArray();
}

void fixes(Context& c, const std::vector<Fix>& fixes) {
  c.json.key("fixes").beginArray();
  for (const Fix& fix : fixes) {
    c.json.beginObject().member("message", fix.message).key("edits").beginArray();
    for (const TextEdit& edit : fix.edits) {
      c.json.beginObject();
      place(c, edit.span, "");
      c.json.member("replacement", edit.replacement).endObject();
    }
    c.json.endArray().endObject();
  }
  c.json.endArray();
}

}  // namespace

std::string diagnosticJson(const Diagnostic& d, const SourceMap& sources, std::string_view root) {
  std::string out;
  JsonWriter json(out);
  Context c{json, sources, root};
  json.beginObject();
  json.member("code", info(d.code).id).member("severity", severityName(d.severity)).member("message", d.message);
  place(c, d.span, d.file);
  json.member("host", d.host).member("option", d.option);
  labels(c, d.labels);
  json.key("notes").beginArray();
  for (const std::string& note : d.notes) json.string(note);
  json.endArray();
  fixes(c, d.fixes);
  json.endObject();
  return out;
}

}  // namespace fleetd::base
