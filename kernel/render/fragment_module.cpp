// From fragments to modules.
#include "kernel/render/fragment_module.hpp"

#include <fmt/format.h>
#include <fleet/cxx/nix_module.hpp>

#include "kernel/render/module_text.hpp"

namespace fleetd::render {

Result<lang::Value> fragmentModule(lang::Evaluator& ev, const plugin::Fragment& fragment) {
  const auto text = sdk::nix::moduleText({"", "plugin " + fragment.plugin}, fragment.definitions.all());
  if (!text) return writerError(fragment.plugin, text.error());
  // Hosts with the same content share the module, so no host is named.
  return moduleFromText(ev, fmt::format("fleetd: plugin {}", fragment.plugin), *text);
}

}  // namespace fleetd::render
