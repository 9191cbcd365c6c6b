// Times loading plugins and asking them, in this process and in processes of their own: `plugin_calls LIBRARY MANY HOST
// DIRECTORY`. Prints one figure a line: name, median in microseconds. MANY is the library of many.c, HOST the program
// fleet-plugin-host. DIRECTORY is empty and receives copies of LIBRARY, so that each load is one, and a link to MANY
// for each of its plugins.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "kernel/base/clock.hpp"
#include "kernel/base/diagnostic.hpp"
#include "kernel/base/guarded_file.hpp"
#include "kernel/plugin/instance.hpp"
#include "kernel/plugin/library.hpp"
#include "kernel/plugin/plugins.hpp"

namespace {

using namespace fleetd;

constexpr int kLoads = 100;
constexpr int kCalls = 2000;
constexpr std::size_t kHosts = 1000;
constexpr int kBatches = 50;
constexpr int kPlugins = 64;
constexpr int kManyRuns = 5;
constexpr int kDirect = 100'000;
constexpr int kStarts = 21;

// Where plugins run, and what the names of the figures begin with.
struct Way {
  std::string name;
  plugin::PluginsOptions options;
};

Way inside() { return {"", {}}; }

Way isolated(const std::string& host, bool sandbox) {
  Way out{sandbox ? "isolated-" : "unsandboxed-", {}};
  out.options.isolation.who = plugin::Isolate::all;
  out.options.isolation.program = host;
  out.options.isolation.sandbox = sandbox;
  return out;
}

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

// All copies are made before the first load: making one of a large library leaves nothing in the processor's caches.
void timeLoads(const std::filesystem::path& library, const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> copies;
  for (int i = 0; i < kLoads; ++i) {
    copies.push_back(directory / fmt::format("{}.so", i));
    std::filesystem::copy_file(library, copies.back());
  }
  std::vector<double> samples;
  for (const auto& copy : copies)
    samples.push_back(microseconds([&] {
      if (auto loaded = plugin::Library::open(copy.string()); !loaded) give(loaded.error().message);
    }));
  fmt::print("plugin-load {:.1f}\n", median(samples));
}

// What looking at the permissions of a file and of all directories above it costs.
void timeGuard(const std::filesystem::path& library) {
  std::vector<double> samples;
  for (int i = 0; i < kCalls; ++i)
    samples.push_back(microseconds([&] {
      if (auto opened = base::openGuarded(library.string()); !opened) give(opened.error().message);
    }));
  fmt::print("permissions {:.1f}\n", median(samples));
}

// A call across the C boundary as the plugin's thread makes it: state and extension looked up, no bus.
void timeDirectCalls(const std::filesystem::path& many) {
  auto library = plugin::Library::open(many.string());
  if (!library) give(library.error().message);
  plugin::HostApi api("bench.p00", {}, {});
  auto made = library->create("bench.p00", api.c());
  if (!made) give(made.error().message);
  plugin::Instance instance(*made);
  if (!instance.init() || !instance.activate({})) give("the plugin does not start");
  std::vector<double> calls, documents;
  for (int run = 0; run < 11; ++run) {
    calls.push_back(microseconds([&] {
                      for (int i = 0; i < kDirect; ++i) static_cast<void>(instance.check({}));
                    }) /
                    kDirect);
    documents.push_back(microseconds([&] {
                          for (int i = 0; i < kDirect; ++i) static_cast<void>(instance.contribute({}));
                        }) /
                        kDirect);
  }
  fmt::print("call-in-process {:.3f}\ndocument-in-process {:.3f}\n", median(calls), median(documents));
}

std::vector<plugin::HostView> someHosts() {
  std::vector<plugin::HostView> hosts(kHosts);
  for (std::size_t i = 0; i < kHosts; ++i) {
    hosts[i].name = fmt::format("host{}", i);
    hosts[i].hostClass = "nixos";
    hosts[i].system = "x86_64-linux";
  }
  return hosts;
}

std::vector<std::string> linkMany(const std::filesystem::path& many, const std::filesystem::path& directory) {
  std::vector<std::string> ids;
  for (int i = 0; i < kPlugins; ++i) {
    ids.push_back(fmt::format("bench.p{:02}", i));
    std::filesystem::create_symlink(many, directory / (ids.back() + ".so"));
  }
  return ids;
}

// All plugins of many.c for all hosts: the share of one plugin and host.
void timeMany(const Way& way, const std::vector<std::string>& ids, const std::filesystem::path& directory) {
  const auto hosts = someHosts();
  std::vector<plugin::HostPlugins> wanted;
  for (const auto& host : hosts) wanted.push_back({host.name, host.hostClass, ids, {}});
  Diagnostics diagnostics;
  auto plugins = plugin::Plugins::open({{directory.string(), plugin::Origin::environment}}, way.options, diagnostics);
  const double select = microseconds([&] { static_cast<void>(plugins.select(wanted, diagnostics)); });
  if (diagnostics.hasErrors()) give(diagnostics.sorted().front().message);
  fmt::print("{}select-64x1000 {:.0f}\n", way.name, select);
  std::vector<double> samples;
  for (int run = 0; run < kManyRuns; ++run)
    samples.push_back(microseconds([&] {
                        for (const auto& id : ids) {
                          const auto fragments = plugins.contribute(id, {}, hosts, diagnostics);
                          if (!fragments.back()) give("a plugin has no answer");
                        }
                      }) /
                      static_cast<double>(kHosts * ids.size()));
  fmt::print("{}host-of-64x1000 {:.2f}\n", way.name, median(samples));
  if (diagnostics.hasErrors()) give(diagnostics.sorted().front().message);
}

plugin::Plugins openOne(const Way& way, const std::filesystem::path& library, Diagnostics& diagnostics) {
  return plugin::Plugins::open({{library.parent_path().string(), plugin::Origin::environment}}, way.options,
                               diagnostics);
}

// From nothing to a manifest: bus, thread or process, library.
void timeStarts(const Way& way, const std::filesystem::path& library) {
  std::vector<double> samples;
  for (int i = 0; i < kStarts; ++i) {
    Diagnostics diagnostics;
    auto plugins = openOne(way, library, diagnostics);
    samples.push_back(microseconds([&] {
      if (auto manifest = plugins.manifest(library.stem().string()); !manifest) give(manifest.error().message);
    }));
  }
  fmt::print("{}plugin-start {:.1f}\n", way.name, median(samples));
}

void timeCalls(const Way& way, const std::filesystem::path& library) {
  Diagnostics diagnostics;
  const std::string id = library.stem().string();
  auto plugins = openOne(way, library, diagnostics);
  if (auto schema = plugins.schema(id); !schema) give(schema.error().message);
  std::vector<double> described;
  for (int i = 0; i < kCalls; ++i)
    described.push_back(microseconds([&] {
      if (!plugins.manifest(id) || !plugins.schema(id)) give("it has no description");
    }));
  fmt::print("{}describe-cached {:.2f}\n", way.name, median(described));
  std::vector<double> rules, batches;
  for (int i = 0; i < kCalls; ++i)
    rules.push_back(microseconds([&] {
      if (auto answer = plugins.rules(id); !answer) give(answer.error().message);
    }));
  fmt::print("{}bus-round-trip {:.1f}\n", way.name, median(rules));
  plugin::FleetView fleet;
  const auto hosts = someHosts();
  for (int i = 0; i < kBatches; ++i)
    batches.push_back(microseconds([&] { static_cast<void>(plugins.contribute(id, fleet, hosts, diagnostics)); }) /
                      static_cast<double>(kHosts));
  fmt::print("{}host-in-a-batch {:.2f}\n", way.name, median(batches));
  if (diagnostics.hasErrors()) give("the plugin refuses hosts");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) give("usage: plugin_calls LIBRARY MANY HOST DIRECTORY");
  timeGuard(argv[1]);
  timeLoads(argv[1], argv[4]);
  timeDirectCalls(argv[2]);
  const auto ids = linkMany(argv[2], argv[4]);
  timeStarts(isolated(argv[3], false), argv[1]);
  for (const Way& way : {inside(), isolated(argv[3], true)}) {
    timeStarts(way, argv[1]);
    timeCalls(way, argv[1]);
    timeMany(way, ids, argv[4]);
  }
}
