// Diagnostic: one finding about the user's fleet, with place, labels, notes and fixes; Diagnostics: a sink
// that orders them.
#pragma once
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "kernel/base/codes.hpp"
#include "kernel/base/result.hpp"
#include "kernel/base/span.hpp"

namespace fleetd::base {

struct Label {
  Span span;
  std::string text;
};

struct TextEdit {
  Span span;
  std::string replacement;
};

struct Fix {
  std::string message;  // "did you mean `services.nginx`?"
  std::vector<TextEdit> edits;
};

struct Diagnostic {
  Code code = Code::FL0001;
  Severity severity = Severity::Error;
  std::string message;  // one sentence without a full stop; may hold further lines
  Span span;            // primary place, may be empty
  std::vector<Label> labels;
  std::vector<std::string> notes;
  std::vector<Fix> fixes;
  std::string host;    // the host it is about, or ""
  std::string option;  // the option path it is about as printed, or ""
  std::string file;    // when there is no span but a file is meant

  static Diagnostic from(const Error& error);
};

// Collects from any thread; `sorted` gives a deterministic order (file, position, code, host, message)
// without duplicates.
class Diagnostics {
 public:
  void add(Diagnostic diagnostic);
  void add(const Error& error) { add(Diagnostic::from(error)); }
  std::size_t count(Severity severity) const;
  bool hasErrors() const { return count(Severity::Error) > 0; }
  std::vector<Diagnostic> sorted() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Diagnostic> items_;
};

}  // namespace fleetd::base

namespace fleetd {
using base::Diagnostic;
using base::Diagnostics;
}  // namespace fleetd
