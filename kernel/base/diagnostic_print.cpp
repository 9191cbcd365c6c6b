// The terminal printer of diagnostics.
#include "kernel/base/diagnostic_print.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/core.h>

#include "kernel/base/excerpt.hpp"
#include "kernel/base/text.hpp"

namespace fleetd::base {

namespace {

struct Mark {
  Location begin;
  Span span;
  std::string text;
  bool primary = false;
};

std::string_view colorOf(Severity severity) {
  switch (severity) {
    case Severity::Error: return "\x1b[1;31m";
    case Severity::Warning: return "\x1b[1;33m";
    case Severity::Note: return "\x1b[1;36m";
  }
  return "";
}

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kFrame = "\x1b[34m";
constexpr std::string_view kPlain = "\x1b[0m";

class Printer {
 public:
  Printer(const Diagnostic& diagnostic, const SourceMap& sources, const PrintOptions& options)
      : d_(diagnostic), sources_(sources), options_(options) {}

  std::string print();

 private:
  void collectMarks();
  void header();
  void marks();
  void fileHeader(const Mark& mark, bool first);
  void sourceLine(const Mark& mark, bool sameLine);
  void bullet(std::string_view text);
  void append(std::string_view color, std::string_view text);
  void gutter(std::string_view number, std::string_view bar);

  const Diagnostic& d_;
  const SourceMap& sources_;
  const PrintOptions& options_;
  std::vector<Mark> marks_;
  std::size_t gutterWidth_ = 1;
  std::string shownLine_;  // the excerpt printed last
  std::string out_;
};

void Printer::append(std::string_view color, std::string_view text) {
  if (options_.color && !color.empty()) {
    out_ += color;
    out_ += text;
    out_ += kPlain;
  } else {
    out_ += text;
  }
}

void Printer::gutter(std::string_view number, std::string_view bar) {
  std::string text(gutterWidth_ - std::min(gutterWidth_, number.size()), ' ');
  text += number;
  text += bar;
  append(kFrame, text);
}

void Printer::collectMarks() {
  if (d_.span) marks_.push_back({sources_.locate(d_.span.begin), d_.span, "", true});
  for (const Label& label : d_.labels) {
    if (!label.span) continue;
    // A label at the primary place is the text beside its carets.
    if (d_.span == label.span && marks_.front().text.empty())
      marks_.front().text = label.text;
    else
      marks_.push_back({sources_.locate(label.span.begin), label.span, label.text, false});
  }
  std::erase_if(marks_, [](const Mark& mark) { return mark.begin.file == nullptr; });
  const SourceFile* primaryFile = marks_.empty() ? nullptr : marks_.front().begin.file;
  auto key = [&](const Mark& m) {
    return std::tuple(m.begin.file != primaryFile, std::string_view(m.begin.file->name), m.begin.at.line,
                      m.begin.at.column);
  };
  std::stable_sort(marks_.begin(), marks_.end(), [&](const Mark& a, const Mark& b) { return key(a) < key(b); });
  for (const Mark& mark : marks_) gutterWidth_ = std::max(gutterWidth_, std::to_string(mark.begin.at.line).size());
}

void Printer::header() {
  const std::string message = sanitize(d_.message);
  const auto lines = splitLines(message);
  append(colorOf(d_.severity), fmt::format("{}[{}]", severityName(d_.severity), info(d_.code).id));
  out_ += ": ";
  append(kBold, lines.empty() ? "" : lines.front());
  out_ += '\n';
  for (std::size_t i = 1; i < lines.size(); ++i) out_ += fmt::format("  {}\n", lines[i]);
}

void Printer::fileHeader(const Mark& mark, bool first) {
  // The place of the primary mark stands at the top even when a label lies above it.
  const auto primary = std::find_if(marks_.begin(), marks_.end(), [](const Mark& m) { return m.primary; });
  const LineColumn at = first && primary != marks_.end() ? primary->begin.at : mark.begin.at;
  gutter("", first ? "  ┌─ " : "  ├─ ");
  out_ += fmt::format("{}:{}:{}\n", sanitize(shownPath(mark.begin.file->name, options_.root)), at.line, at.column);
}

void Printer::sourceLine(const Mark& mark, bool sameLine) {
  const std::string_view line = sources_.lineText(*mark.begin.file, mark.begin.at.line);
  const std::size_t begin = mark.begin.at.column - 1;
  const std::size_t end = begin + (mark.span.end > mark.span.begin ? mark.span.end - mark.span.begin : 0);
  const std::size_t used = gutterWidth_ + 5;
  Excerpt excerpt = makeExcerpt(line, begin, end, options_.width > used ? options_.width - used : 0);
  // Marks of one line share its text, unless the line is so long that each shows another part of it.
  if (!sameLine || excerpt.text != shownLine_) {
    gutter(std::to_string(mark.begin.at.line), " │ ");
    out_ += excerpt.text;
    out_ += '\n';
    shownLine_ = std::move(excerpt.text);
  }
  gutter("", " │ ");
  out_.append(excerpt.column, ' ');
  std::string carets(excerpt.columns, mark.primary ? '^' : '-');
  if (!mark.text.empty()) {
    std::string text = sanitize(mark.text);
    std::replace(text.begin(), text.end(), '\n', ' ');
    carets += ' ';
    carets += text;
  }
  append(mark.primary ? colorOf(d_.severity) : kFrame, carets);
  out_ += '\n';
}

void Printer::marks() {
  const Mark* previous = nullptr;
  for (const Mark& mark : marks_) {
    const bool sameFile = previous && previous->begin.file == mark.begin.file;
    if (!sameFile) fileHeader(mark, previous == nullptr);
    const bool sameLine = sameFile && previous->begin.at.line == mark.begin.at.line;
    if (sameFile && mark.begin.at.line > previous->begin.at.line + 1) gutter("", " ·\n");
    sourceLine(mark, sameLine);
    previous = &mark;
  }
}

void Printer::bullet(std::string_view text) {
  const std::string clean = sanitize(text);
  bool first = true;
  for (const std::string_view line : splitLines(clean)) {
    gutter("", first ? " = " : "   ");
    out_ += line;
    out_ += '\n';
    first = false;
  }
}

std::string Printer::print() {
  collectMarks();
  header();
  if (!marks_.empty()) {
    marks();
  } else if (!d_.file.empty()) {
    gutter("", "  ┌─ ");
    out_ += fmt::format("{}\n", sanitize(shownPath(d_.file, options_.root)));
  }
  for (const std::string& note : d_.notes) bullet(note);
  for (const Fix& fix : d_.fixes) bullet(fix.message);
  if (!d_.option.empty() && d_.message.find(d_.option) == std::string::npos)
    bullet(fmt::format("in the option {}", d_.option));
  if (!d_.host.empty()) bullet(fmt::format("on host {}", d_.host));
  return std::move(out_);
}

}  // namespace

std::string formatDiagnostic(const Diagnostic& diagnostic, const SourceMap& sources, const PrintOptions& options) {
  return Printer(diagnostic, sources, options).print();
}

std::string_view shownPath(std::string_view path, std::string_view root) {
  while (root.ends_with('/')) root.remove_suffix(1);
  if (!root.empty() && path.size() > root.size() + 1 && path.starts_with(root) && path[root.size()] == '/')
    path.remove_prefix(root.size() + 1);
  return path;
}

std::string_view severityName(Severity severity) {
  switch (severity) {
    case Severity::Error: return "error";
    case Severity::Warning: return "warning";
    case Severity::Note: return "note";
  }
  return "";
}

}  // namespace fleetd::base
