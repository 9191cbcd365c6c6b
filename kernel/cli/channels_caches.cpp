// Evaluating, and asking.
#include "kernel/cli/channels_caches.hpp"

#include <algorithm>
#include <mutex>
#include <set>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/base/thread_pool.hpp"
#include "kernel/deploy/caches.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

constexpr unsigned kAtOnce = 2;  // evaluations of nixpkgs take memory

void unasked(Context& cx, std::string message, const Span& place) {
  Diagnostic d = Diagnostic::from({Code::FL0850, std::move(message), "", place});
  cx.diagnostics.add(std::move(d));
}

// Systems of hosts for which this fallback decides.
std::set<std::string> systemsOf(const fleet::Fleet& fleet, const fleet::Channels& channels,
                                const fleet::Fallback& fallback) {
  std::set<std::string> out;
  for (const fleet::Host& host : fleet.hosts()) {
    const int own = host.system.empty() ? 0 : fleet::fits(fallback, host.system);
    const bool other =
        std::any_of(channels.fallbacks.begin(), channels.fallbacks.end(), [&](const fleet::Fallback& one) {
          return one.package == fallback.package && fleet::fits(one, host.system) > own;
        });
    if (own > 0 && !other) out.insert(host.system);
  }
  return out;
}

struct Asked {
  std::string found;                 // by which caches
  std::vector<std::string> trouble;  // what could not be asked
};

// The first cache that has it, by system; all systems must be found.
Asked ask(const std::string& root, const std::vector<std::string>& caches, const fleet::Fallback& fallback,
          const std::set<std::string>& systems) {
  Asked out;
  std::set<std::string> where;
  for (const std::string& system : systems) {
    const auto path = deploy::outputOf(root, "nixpkgs", system, fallback.package);
    if (!path) {
      out.trouble.push_back(path.error().message);
      return out;
    }
    bool there = false;
    for (const std::string& cache : caches) {
      const auto answer = deploy::inCache(cache, *path);
      if (answer.cached == deploy::Cached::Unknown)
        out.trouble.push_back(fmt::format("{} does not tell: {}", cache, answer.why));
      if (answer.cached != deploy::Cached::Yes) continue;
      there = true;
      where.insert(cache);
      break;
    }
    if (!there) return out;
  }
  out.trouble.clear();
  if (!where.empty())
    out.found = fmt::format("nixpkgs' own is in {} for {}",
                            base::join(std::vector<std::string>(where.begin(), where.end()), " and "),
                            base::join(std::vector<std::string>(systems.begin(), systems.end()), " and "));
  return out;
}

}  // namespace

std::vector<std::string> cachedMeanwhile(Context& cx, const fleet::Channels& channels,
                                         const std::vector<const fleet::Fallback*>& fallbacks) {
  std::vector<std::string> out(fallbacks.size());
  if (fallbacks.empty()) return out;
  if (!process::findProgram("nix")) {
    if (cx.args.has("--cache")) unasked(cx, "`nix` was not found, so no cache was asked", {});
    return out;
  }
  std::vector<std::string> caches = cx.args.values("--cache");
  if (caches.empty()) {
    auto configured = deploy::configuredCaches();
    if (!configured) {
      unasked(cx, configured.error().message, {});
      return out;
    }
    caches = *std::move(configured);
  }
  if (caches.empty()) return out;
  std::vector<Asked> asked(fallbacks.size());
  std::vector<std::set<std::string>> systems;
  for (const auto* one : fallbacks) systems.push_back(systemsOf(cx.workspace().fleet(), channels, *one));
  std::mutex mutex;
  std::size_t done = 0;
  base::ThreadPool pool(kAtOnce, std::size_t{1} << 20);
  pool.parallelFor(fallbacks.size(), [&](std::size_t i) {
    if (!systems[i].empty()) asked[i] = ask(cx.root(), caches, *fallbacks[i], systems[i]);
    const std::lock_guard lock(mutex);
    cx.progress("asking caches", ++done, fallbacks.size(), fallbacks[i]->package);
  });
  for (std::size_t i = 0; i < fallbacks.size(); ++i) {
    out[i] = std::move(asked[i].found);
    for (auto& trouble : asked[i].trouble)
      unasked(cx, fmt::format("whether {} is cached is not known: {}", fallbacks[i]->package, trouble),
              fallbacks[i]->place);
  }
  return out;
}

}  // namespace fleetd::cli
