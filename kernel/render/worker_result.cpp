// Results of workers as bytes.
#include "kernel/render/worker_result.hpp"

#include <algorithm>

#include "kernel/base/record.hpp"

namespace fleetd::render {

namespace {

using base::RecordReader;
using base::RecordWriter;

void write(RecordWriter& out, const Diagnostic& d) {
  out.plain(d.code);
  out.plain(d.severity);
  out.plain(d.span);
  for (const std::string* text : {&d.message, &d.host, &d.option, &d.file}) out.text(*text);
  out.texts(d.notes);
  out.count(d.labels.size());
  for (const base::Label& label : d.labels) {
    out.plain(label.span);
    out.text(label.text);
  }
  out.count(d.fixes.size());
  for (const base::Fix& fix : d.fixes) {
    out.text(fix.message);
    out.count(fix.edits.size());
    for (const base::TextEdit& edit : fix.edits) {
      out.plain(edit.span);
      out.text(edit.replacement);
    }
  }
}

bool read(RecordReader& in, Diagnostic& d) {
  const auto label = [&](base::Label& one) { return in.plain(one.span) && in.text(one.text); };
  const auto edit = [&](base::TextEdit& one) { return in.plain(one.span) && in.text(one.replacement); };
  const auto fix = [&](base::Fix& one) { return in.text(one.message) && in.items(one.edits, edit); };
  return in.plain(d.code) && in.plain(d.severity) && in.plain(d.span) && in.text(d.message) && in.text(d.host) &&
         in.text(d.option) && in.text(d.file) && in.texts(d.notes) && in.items(d.labels, label) &&
         in.items(d.fixes, fix);
}

}  // namespace

std::string encode(const WorkerResult& result) {
  RecordWriter out;
  fleet::writeResult(out, result.host);
  out.count(result.found.size());
  for (const Diagnostic& d : result.found) write(out, d);
  out.count(result.toCheck.size());
  for (const auto& [plugin, host] : result.toCheck) {
    out.text(plugin);
    out.text(host.name);
    out.text(host.document);
  }
  out.texts(result.files);
  return out.take();
}

std::optional<WorkerResult> decodeWorkerResult(std::string_view bytes) {
  WorkerResult out;
  RecordReader in(bytes);
  const auto check = [&](std::pair<std::string, plugin::PackedHost>& one) {
    return in.text(one.first) && in.text(one.second.name) && in.text(one.second.document);
  };
  const bool whole = fleet::readResult(in, out.host) &&
                     in.items(out.found, [&](Diagnostic& d) { return read(in, d); }) && in.items(out.toCheck, check) &&
                     in.texts(out.files) && in.rest().empty();
  return whole ? std::optional(std::move(out)) : std::nullopt;
}

bool isBelow(const Diagnostic& finding, base::Pos end) {
  const auto below = [&](base::Span span) { return span.end <= end; };
  return below(finding.span) &&
         std::all_of(finding.labels.begin(), finding.labels.end(), [&](const auto& one) { return below(one.span); }) &&
         std::all_of(finding.fixes.begin(), finding.fixes.end(), [&](const base::Fix& fix) {
           return std::all_of(fix.edits.begin(), fix.edits.end(), [&](const auto& one) { return below(one.span); });
         });
}

}  // namespace fleetd::render
