// The order of targets.
#include "kernel/deploy/waves.hpp"

#include <algorithm>
#include <string_view>

namespace fleetd::deploy {

std::optional<std::size_t> machineOf(const std::vector<Target>& targets, std::size_t home) {
  const auto at = targets[home].name.rfind('@');
  if (targets[home].klass != "home" || at == std::string::npos) return std::nullopt;
  const std::string_view machine = std::string_view(targets[home].name).substr(at + 1);
  for (std::size_t i = 0; i < targets.size(); ++i)
    if (targets[i].klass != "home" && targets[i].name == machine) return i;
  return std::nullopt;
}

std::vector<std::vector<std::size_t>> wavesOf(const std::vector<Target>& targets) {
  // What a canary stands on goes with the canaries, and a home with its machine.
  std::vector<char> canary(targets.size()), last(targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    canary[i] = canary[i] || targets[i].canary;
    if (const auto machine = machineOf(targets, i); machine && targets[i].canary) canary[*machine] = 1;
  }
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto machine = machineOf(targets, i);
    last[i] = !canary[i] && (targets[i].last || (machine && targets[*machine].last && !canary[*machine]));
  }
  std::vector<std::size_t> waves[4];  // canaries, their homes, the rest, its homes
  std::vector<std::vector<std::size_t>> out;
  for (std::size_t i = 0; i < targets.size(); ++i)
    if (!last[i]) waves[(canary[i] ? 0 : 2) + (targets[i].klass == "home" ? 1 : 0)].push_back(i);
  for (auto& wave : waves)
    if (!wave.empty()) out.push_back(std::move(wave));
  for (const bool homes : {false, true})
    for (std::size_t i = 0; i < targets.size(); ++i)
      if (last[i] && (targets[i].klass == "home") == homes) out.push_back({i});
  return out;
}

bool isCanaryWave(const std::vector<Target>& targets, const std::vector<std::size_t>& wave) {
  return std::any_of(wave.begin(), wave.end(), [&](std::size_t i) {
    if (targets[i].canary) return true;
    for (std::size_t home = 0; home < targets.size(); ++home)
      if (targets[home].canary && machineOf(targets, home) == i) return true;
    return false;
  });
}

}  // namespace fleetd::deploy
