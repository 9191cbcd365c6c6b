// Diagnostics for people (excerpt with carets) and for programs (one JSON object a line).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/base/source.hpp"

namespace fleetd::base {

struct PrintOptions {
  bool color = false;
  unsigned width = 100;   // columns an excerpt may use
  std::string_view root;  // absolute directory; files below it are shown relative to it
};

// Several lines, each ended by a newline. Text from the fleet is made harmless for the terminal.
std::string formatDiagnostic(const Diagnostic& diagnostic, const SourceMap& sources, const PrintOptions& options = {});

// One JSON object without a newline: code, severity, message, file, line, column, endLine, endColumn, host,
// option, labels, notes, fixes. What is not known is null (places) or "" (host, option). Lines and columns
// count from 1, columns are bytes.
std::string diagnosticJson(const Diagnostic& diagnostic, const SourceMap& sources, std::string_view root = {});

// `path` relative to `root` when it lies below it.
std::string_view shownPath(std::string_view path, std::string_view root);
std::string_view severityName(Severity severity);  // "error", "warning", "note"

}  // namespace fleetd::base
