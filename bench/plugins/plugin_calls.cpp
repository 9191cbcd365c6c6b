// Times loading a plugin and asking it, in this process: `plugin_calls LIBRARY DIRECTORY`. Prints one figure a line:
// name, median in microseconds. DIRECTORY is empty and receives copies of the library, so that each load is one.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "kernel/base/clock.hpp"
#include "kernel/base/diagnostic.hpp"
#include "kernel/plugin/library.hpp"
#include "kernel/plugin/plugins.hpp"

namespace {

using namespace fleetd;

constexpr int kLoads = 100;
constexpr int kCalls = 2000;
constexpr std::size_t kHosts = 1000;
constexpr int kBatches = 50;

double median(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  return samples[samples.size() / 2];
}

template <class Body>
double microseconds(Body&& body) {
  const base::Stopwatch watch;
  body();
  return static_cast<double>(watch.elapsed().count()) / 1000;
}

[[noreturn]] void give(const std::string& why) {
  fmt::print(stderr, "{}\n", why);
  std::exit(1);
}

void timeLoads(const std::filesystem::path& library, const std::filesystem::path& directory) {
  std::vector<double> samples;
  for (int i = 0; i < kLoads; ++i) {
    const auto copy = directory / fmt::format("{}.so", i);
    std::filesystem::copy_file(library, copy);
    samples.push_back(microseconds([&] {
      if (auto loaded = plugin::Library::open(copy.string()); !loaded) give(loaded.error().message);
    }));
  }
  fmt::print("plugin-load {:.1f}\n", median(samples));
}

void timeCalls(const std::filesystem::path& library) {
  Diagnostics diagnostics;
  const std::string id = library.stem().string();
  auto plugins =
      plugin::Plugins::open({{library.parent_path().string(), plugin::Origin::environment}}, {}, diagnostics);
  const double start = microseconds([&] {
    if (auto manifest = plugins.manifest(id); !manifest) give(manifest.error().message);
  });
  fmt::print("plugin-start {:.1f}\n", start);
  std::vector<double> rules, batches;
  for (int i = 0; i < kCalls; ++i)
    rules.push_back(microseconds([&] {
      if (auto answer = plugins.rules(id); !answer) give(answer.error().message);
    }));
  fmt::print("bus-round-trip {:.1f}\n", median(rules));
  plugin::FleetView fleet;
  std::vector<plugin::HostView> hosts(kHosts);
  for (std::size_t i = 0; i < kHosts; ++i) {
    hosts[i].name = fmt::format("host{}", i);
    hosts[i].hostClass = "nixos";
    hosts[i].system = "x86_64-linux";
  }
  for (int i = 0; i < kBatches; ++i)
    batches.push_back(microseconds([&] { static_cast<void>(plugins.contribute(id, fleet, hosts, diagnostics)); }) /
                      static_cast<double>(kHosts));
  fmt::print("host-in-a-batch {:.2f}\n", median(batches));
  if (diagnostics.hasErrors()) give("the plugin refuses hosts");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) give("usage: plugin_calls LIBRARY DIRECTORY");
  timeLoads(argv[1], argv[2]);
  timeCalls(argv[1]);
}
