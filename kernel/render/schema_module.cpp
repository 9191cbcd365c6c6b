// From schema documents to modules, by way of their text: what the kernel evaluates is what Nix would be given.
#include "kernel/render/schema_module.hpp"

#include <fmt/format.h>
#include <fleet/cxx/nix_options.hpp>

#include "kernel/render/module_text.hpp"

namespace fleetd::render {

namespace {

using lang::Evaluator;
using lang::Tag;
using lang::Value;

// The default of a platform's option that the plugin does not know: it is what Nix will say it is.
Value unknownDefault(Evaluator& ev, Value* args, Pos pos) {
  const Value path = ev.force(args[0]);
  return path.is(Tag::String) ? ev.unknownRoot(fmt::format("config.{}", path.string()), pos)
                              : ev.typeError("a string", path, pos);
}
constexpr lang::PrimOp kUnknownDefault{"unknownDefault", 1, unknownDefault};

sdk::nix::ModuleHead headOf(const std::string& plugin) {
  return {"The options of the plugin " + plugin + ".", "options of plugin " + plugin};
}

}  // namespace

Result<Value> platformModule(Evaluator& ev, const std::string& plugin, const plugin::Schema& schema) {
  auto head = headOf(plugin);
  head.comment.clear();
  const auto text = sdk::nix::optionsText(head, {}, schema.options, {"_fleetdPlatform = true;", "unknownDefault"});
  if (!text) return writerError(plugin, text.error());
  FLEETD_TRY_ASSIGN(const Value make,
                    moduleFromText(ev, fmt::format("fleetd: options of {}", plugin), "unknownDefault: " + *text));
  const Value module = ev.call(make, Value::of(&kUnknownDefault), 0);
  if (module.isError()) return Error{base::Code::FL0310, ev.diagnostic(*module.error).message, "", {}};
  return module;
}

Result<Value> roleModule(Evaluator& ev, const std::string& service, const sdk::RoleDecl& role) {
  const std::string name = fmt::format("role {} of {}", role.name, service);
  auto text = sdk::nix::optionsText({"", "settings of " + name}, {}, role.settings);
  if (!text) return writerError(service, text.error());
  FLEETD_TRY_ASSIGN(const Value closed,
                    moduleFromText(ev, fmt::format("fleetd: settings of {}", name), *std::move(text)));
  if (!role.open) return closed;
  FLEETD_TRY_ASSIGN(const Value open,
                    moduleFromText(ev, fmt::format("fleetd: further settings of {}", name),
                                   "{ lib, ... }: { freeformType = lib.types.lazyAttrsOf lib.types.raw; }"));
  const Value both[] = {closed, open};
  return ev.attrs({{"imports", ev.list(both)}});
}

Result<std::string> optionsModuleText(const plugin::Manifest& manifest, const plugin::Schema& schema) {
  if (schema.options.empty() || !manifest.optionRoot) return std::string();
  auto text = sdk::nix::optionsText(headOf(manifest.id), *manifest.optionRoot, schema.options);
  if (!text) return writerError(manifest.id, text.error());
  return *std::move(text);
}

Result<Value> optionsModule(Evaluator& ev, const plugin::Manifest& manifest, const plugin::Schema& schema) {
  const std::string name = fmt::format("fleetd: options of {}", manifest.id);
  if (schema.options.empty() || !manifest.optionRoot) return moduleFromText(ev, name, std::string());
  auto text =
      sdk::nix::optionsText(headOf(manifest.id), *manifest.optionRoot, schema.options, {"_fleetdSubtree = true;", ""});
  if (!text) return writerError(manifest.id, text.error());
  return moduleFromText(ev, name, *std::move(text));
}

}  // namespace fleetd::render
