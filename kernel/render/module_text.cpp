// Evaluating module texts.
#include "kernel/render/module_text.hpp"

#include <fmt/format.h>

namespace fleetd::render {

Result<lang::Value> moduleFromText(lang::Evaluator& ev, const std::string& label, std::string text) {
  if (text.find('\0') != std::string::npos)
    return Error{base::Code::FL0310, fmt::format("{} holds a NUL byte", label), "", {}};
  const lang::Value module = ev.evalText(label, std::move(text), "/");
  if (!module.isError()) return module;
  const base::Diagnostic d = ev.diagnostic(*module.error);
  return Error{base::Code::FL0310, fmt::format("{}: {}", label, d.message), "", d.span};
}

Error writerError(const std::string& plugin, const sdk::Error& error) {
  std::string message = fmt::format("plugin `{}`: {}", plugin, error.message);
  if (!error.path.empty()) message += fmt::format(" (at `{}`)", error.path);
  return {base::Code::FL0310, std::move(message), error.hint, {}};
}

}  // namespace fleetd::render
