// From fragments to modules.
#include "kernel/render/fragment_module.hpp"

#include <fmt/format.h>
#include <fleet/cxx/nix_module.hpp>

#include "kernel/render/module_text.hpp"

namespace fleetd::render {

Result<lang::Value> fragmentModule(lang::Evaluator& ev, const plugin::Fragment& fragment) {
  const auto text = sdk::nix::moduleText({"", "plugin " + fragment.plugin}, fragment.definitions);
  if (!text) return writerError(fragment.plugin, text.error());
  const std::string where = fragment.host.empty() ? std::string() : fmt::format(" on {}", fragment.host);
  return moduleFromText(ev, fmt::format("fleetd: plugin {}{}", fragment.plugin, where), *text);
}

}  // namespace fleetd::render
