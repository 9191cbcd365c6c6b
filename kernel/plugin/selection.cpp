// Checking and ordering the plugins of a host.
#include "kernel/plugin/selection.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/plugin/failure.hpp"

namespace fleetd::plugin {

namespace {

// Whether the subtrees of two patterns share a path.
bool overlap(const sdk::Path& a, const sdk::Path& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    if (a[i] != b[i] && a[i] != "*" && b[i] != "*") return false;
  return true;
}

bool anyOverlap(const std::vector<sdk::Path>& written, const sdk::Path& read) {
  return std::any_of(written.begin(), written.end(), [&](const sdk::Path& path) { return overlap(path, read); });
}

// Must `first` have written before `second` looks? Platforms look at everything and come last anyway.
bool feeds(const Manifest& first, const Manifest& second) {
  if (second.optionRoot && anyOverlap(first.writes, *second.optionRoot)) return true;
  return std::any_of(second.reads.begin(), second.reads.end(),
                     [&](const sdk::Path& path) { return anyOverlap(first.writes, path); });
}

void report(const HostPlugins& host, Code code, std::string message, Diagnostics& diagnostics) {
  Diagnostic out;
  out.code = code;
  out.severity = base::info(code).severity;
  out.message = std::move(message);
  out.span = host.place;
  out.host = host.host;
  diagnostics.add(std::move(out));
}

// Some circle among plugins that all wait for another one: walk from feeder to feeder until one comes again.
std::string describeCircle(const std::map<std::string, std::set<std::string>>& waitsFor) {
  std::vector<std::string> walk{waitsFor.begin()->first};
  while (true) {
    const std::string& next = *waitsFor.at(walk.back()).begin();
    const bool closed = std::find(walk.begin(), walk.end(), next) != walk.end();
    walk.push_back(next);
    if (!closed) continue;
    std::vector<std::string> circle(std::find(walk.begin(), walk.end(), next), walk.end());
    std::reverse(circle.begin(), circle.end());
    return base::join(circle, " -> ");
  }
}

}  // namespace

void checkSelection(const HostPlugins& host, const std::vector<const Manifest*>& manifests, Diagnostics& diagnostics) {
  const std::set<std::string> selected(host.ids.begin(), host.ids.end());
  for (const auto* manifest : manifests) {
    if (!manifest->serves(host.hostClass)) {
      report(host, Code::FL0321,
             fmt::format("plugin `{}` does not serve hosts of class {}, only {}", manifest->id, host.hostClass,
                         base::join(manifest->platforms, ", ")),
             diagnostics);
    }
    for (const auto& needed : manifest->requires_) {
      if (!selected.contains(needed))
        report(host, Code::FL0322,
               fmt::format("plugin `{}` needs plugin `{}`, which the host does not select", manifest->id, needed),
               diagnostics);
    }
  }
}

Result<std::vector<std::string>> workOrder(const std::vector<const Manifest*>& manifests) {
  std::map<std::string, std::set<std::string>> waitsFor;
  std::set<std::string> platforms;
  for (const auto* second : manifests) {
    if (second->role == Role::platform) {
      platforms.insert(second->id);
      continue;
    }
    auto& feeders = waitsFor[second->id];
    for (const auto* first : manifests)
      if (first->id != second->id && first->role != Role::platform && feeds(*first, *second)) feeders.insert(first->id);
  }
  std::vector<std::string> out;
  while (!waitsFor.empty()) {
    const auto ready =
        std::find_if(waitsFor.begin(), waitsFor.end(), [](const auto& entry) { return entry.second.empty(); });
    if (ready == waitsFor.end())
      return fail(Code::FL0323, "plugins wait for each other: " + describeCircle(waitsFor),
                  "each writes options that the next one reads or declares");
    const std::string id = ready->first;
    waitsFor.erase(ready);
    for (auto& [other, feeders] : waitsFor) feeders.erase(id);
    out.push_back(id);
  }
  out.insert(out.end(), platforms.begin(), platforms.end());
  return out;
}

}  // namespace fleetd::plugin
