// Diagnostics: thread-safe collection with a deterministic order.
#include "kernel/base/diagnostic.hpp"

#include <algorithm>
#include <tuple>

#include "kernel/base/untold.hpp"

namespace fleetd::base {

Diagnostic Diagnostic::from(const Error& error) {
  Diagnostic d;
  d.code = error.code;
  d.severity = info(error.code).severity;
  d.message = error.message;
  d.span = error.span;
  if (!error.hint.empty()) d.notes.push_back(error.hint);
  return d;
}

void Diagnostics::add(Diagnostic diagnostic) {
  const auto tell = [](Span& span) { span = {told(span.begin), told(span.end)}; };
  tell(diagnostic.span);
  for (Label& label : diagnostic.labels) tell(label.span);
  std::lock_guard lock(mutex_);
  items_.push_back(std::move(diagnostic));
}

std::size_t Diagnostics::count(Severity severity) const {
  std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(items_.begin(), items_.end(), [&](const Diagnostic& d) { return d.severity == severity; }));
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::lock_guard lock(mutex_);
  std::vector<Diagnostic> out = items_;
  auto key = [](const Diagnostic& d) {
    return std::tie(d.span.begin, d.span.end, d.code, d.file, d.host, d.option, d.message);
  };
  std::stable_sort(out.begin(), out.end(), [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  out.erase(
      std::unique(out.begin(), out.end(), [&](const Diagnostic& a, const Diagnostic& b) { return key(a) == key(b); }),
      out.end());
  return out;
}

}  // namespace fleetd::base
