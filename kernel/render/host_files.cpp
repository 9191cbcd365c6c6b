// Files of hosts.
#include "kernel/render/host_files.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/fleet/configuration.hpp"
#include "kernel/render/host_paths.hpp"
#include "kernel/render/schema_module.hpp"
#include "kernel/render/tree.hpp"
#include "kernel/render/views.hpp"

namespace fleetd::render {

namespace {

using base::Code;

constexpr std::string_view kFactsFile = "_facts.nix";

// Whether the fleet's own modules have something at `fleet` that options below `fleet.host` would collide with.
bool declaresHostFacts(lang::Evaluator& ev, fleet::ComposedHost& composed) {
  const auto& tree = static_cast<fleet::HostConfiguration&>(composed).tree();
  for (const fleet::ConfigNode& child : tree.children) {
    if (ev.text(child.name) != "fleet") continue;
    if (child.kind != fleet::ConfigNode::Kind::Record || child.option) return true;
    return std::any_of(child.children.begin(), child.children.end(),
                       [&](const fleet::ConfigNode& inner) { return ev.text(inner.name) == "host"; });
  }
  return false;
}

bool declaresGenerator(const plugin::Definition& definition) {
  const sdk::Path prefix{"clan", "core", "vars", "generators"};
  return definition.path.size() > prefix.size() && std::equal(prefix.begin(), prefix.end(), definition.path.begin());
}

Diagnostic about(Code code, const fleet::Host& host, std::string message) {
  Diagnostic d;
  d.code = code;
  d.severity = base::info(code).severity;
  d.message = std::move(message);
  d.span = host.place;
  d.host = host.name;
  return d;
}

}  // namespace

HostFiles::HostFiles(Workspace& workspace)
    : workspace_(workspace), directories_(hostDirectories(workspace.fleet().hosts())) {}

void HostFiles::add(const fleet::Host& host, fleet::ComposedHost& composed, Diagnostics& diagnostics) {
  const std::string platform = workspace_.platformOf(host);
  if (platform.empty())
    return diagnostics.add(
        about(Code::FL0809, host,
              fmt::format("{} cannot be rendered without its platform plugin `{}`", host.name, host.klass)));
  One one;
  one.index = static_cast<std::size_t>(&host - workspace_.fleet().hosts().data());
  const auto manifest = workspace_.plugins().manifest(platform);
  if (!manifest) return diagnostics.add(Diagnostic::from(manifest.error()));
  one.view = checkView(workspace_.fleet().evaluator(), composed, (*manifest)->reads);
  one.view.definitions = workspace_.definitionsToWrite(host);
  one.generators = std::any_of(one.view.definitions.begin(), one.view.definitions.end(), declaresGenerator);
  one.facts = !declaresHostFacts(workspace_.fleet().evaluator(), composed);
  if (!one.facts)
    diagnostics.add(about(Code::FL0811, host, fmt::format("{} has options of its own at fleet.host", host.name)));
  byClass_[host.klass].push_back(std::move(one));
}

// The options of a plugin are one file for all hosts.
Result<void> HostFiles::addPluginOptions(const fleet::Host& host, HostEntry& entry) {
  for (const std::string& id : workspace_.declaring(host)) {
    auto known = optionFiles_.find(id);
    if (known == optionFiles_.end()) {
      FLEETD_TRY_ASSIGN(const auto manifest, workspace_.plugins().manifest(id));
      FLEETD_TRY_ASSIGN(const auto schema, workspace_.plugins().schema(id));
      FLEETD_TRY_ASSIGN(auto text, optionsModuleText(*manifest, *schema));
      known = optionFiles_.emplace(id, fmt::format("plugins/{}.nix", id)).first;
      files_.push_back({fmt::format("{}/{}", kGenerated, known->second), std::move(text), false});
    }
    entry.modules.push_back(known->second);
  }
  return {};
}

Result<void> HostFiles::renderClass(const std::string& klass, std::vector<One>& hosts, Diagnostics& diagnostics) {
  std::vector<plugin::ComposedView> views;
  for (One& one : hosts) views.push_back(std::move(one.view));
  auto rendered = workspace_.plugins().render(klass, views, diagnostics);
  for (std::size_t i = 0; i < hosts.size() && i < rendered.size(); ++i) {
    if (!rendered[i]) continue;  // said why
    const fleet::Host& host = workspace_.fleet().hosts()[hosts[i].index];
    HostEntry entry{host.klass, host.name, host.origin, {}, {}, {}, {}};
    if (workspace_.fleet().kind() != fleet::Kind::Flake) entry.system = host.system;
    if (host.origin == "fleet.json") entry.aggregates = host.aggregates;
    if (hosts[i].facts) entry.modules.emplace_back("lib/host.nix");
    if (hosts[i].generators) entry.modules.emplace_back("lib/vars.nix");
    FLEETD_TRY(addPluginOptions(host, entry));
    for (auto& file : *rendered[i]) {
      if (!hosts[i].facts && file.path == kFactsFile) continue;
      const std::string path = directories_[hosts[i].index] + "/" + file.path;
      if (path.ends_with(".nix")) entry.modules.push_back(path);
      files_.push_back({fmt::format("{}/{}", kGenerated, path), std::move(file.content), (file.mode & 0100) != 0});
    }
    entries_.emplace(hosts[i].index, std::move(entry));
  }
  return {};
}

Result<std::vector<GeneratedFile>> HostFiles::files(Diagnostics& diagnostics) {
  for (auto& [klass, hosts] : byClass_) FLEETD_TRY(renderClass(klass, hosts, diagnostics));
  byClass_.clear();
  std::vector<HostEntry> entries;
  const auto& hosts = workspace_.fleet().hosts();
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const auto found = entries_.find(i);
    if (found != entries_.end()) {
      entries.push_back(std::move(found->second));
      continue;
    }
    HostEntry left{hosts[i].klass, hosts[i].name, {}, {}, {}, {}, {}};
    left.failed = fmt::format("{} is no part of this build tree: run `fleetd render` with it", hosts[i].name);
    entries.push_back(std::move(left));
  }
  files_.push_back({fmt::format("{}/hosts.nix", kGenerated), hostsText(std::move(entries)), false});
  return std::move(files_);
}

}  // namespace fleetd::render
