// What a configuration says about secrets for making disks.
#include "kernel/cli/partitioning.hpp"

#include <fmt/format.h>

#include "kernel/render/views.hpp"

namespace fleetd::cli {

namespace {

using plugin::PluginValue;

bool flag(const PluginValue& set, std::string_view name, bool otherwise) {
  const PluginValue* value = set.find(name);
  const bool* held = value ? value->get<bool>() : nullptr;
  return held ? *held : otherwise;
}

}  // namespace

std::vector<PartitioningFile> partitioningFiles(Context& cx, const fleet::Host& host, fleet::ComposedHost& composed) {
  std::vector<PartitioningFile> out;
  const auto generators =
      render::everythingBelow(cx.workspace().fleet().evaluator(), composed, {"clan", "core", "vars", "generators"});
  const auto* all = generators.get<sdk::Attrs>();
  if (!all) return out;
  for (const auto& [name, generator] : *all) {
    const PluginValue* files = generator.find("files");
    const auto* each = files ? files->get<sdk::Attrs>() : nullptr;
    if (!each) continue;
    const std::string place = flag(generator, "share", false) ? fmt::format("shared/{}", name)
                                                              : fmt::format("per-machine/{}/{}", host.name, name);
    for (const auto& [file, options] : *each) {
      const PluginValue* phase = options.find("neededFor");
      const auto* text = phase ? phase->get<std::string>() : nullptr;
      if (!text || *text != "partitioning" || !flag(options, "secret", true) || !flag(options, "deploy", true))
        continue;
      out.push_back({fmt::format("{}/{}", name, file), fmt::format("/run/partitioning-secrets/{}/{}", place, file),
                     fmt::format("partitioning/{}/{}", place, file)});
    }
  }
  return out;
}

}  // namespace fleetd::cli
