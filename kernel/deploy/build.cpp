// What is built already, and the rest in parallel.
#include "kernel/deploy/build.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

#include <fmt/format.h>

#include "kernel/base/clock.hpp"
#include "kernel/base/file.hpp"
#include "kernel/base/thread_pool.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;
using What = BuildEvent::What;

std::int64_t millisecondsSince(std::int64_t nanoseconds) { return (base::monotonicNanos() - nanoseconds) / 1'000'000; }

// What Nix says when it has something to do besides evaluating.
bool tellsOfWork(std::string_view line) {
  return line.starts_with("building '") || line.starts_with("copying path '") || line.starts_with("post-build");
}

}  // namespace

std::string rememberedSystem(state::State& state, const fleet::Host& host, const std::string& fingerprint) {
  if (fingerprint.empty()) return {};
  const auto build = state.built(host.klass, host.name);
  if (!build || !*build || (*build)->fingerprint != fingerprint || !isStorePath((*build)->path)) return {};
  return base::fileType((*build)->path) == base::FileType::Missing ? std::string() : (*build)->path;
}

std::vector<Result<Built>> buildAll(const NixSettings& nix, const std::vector<BuildTarget>& targets,
                                    Fingerprints& fingerprints, state::State& state, const BuildSettings& settings,
                                    const OnBuild& onBuild) {
  std::vector<Result<Built>> out;
  std::vector<std::string> prints, known;
  std::vector<std::size_t> open;
  for (const auto& target : targets) {
    prints.push_back(fingerprints.of(*target.host, target.directory));
    if (!fingerprints.whyAll().empty()) onBuild({What::Covers, *target.host, fingerprints.whyAll()});
    known.push_back(rememberedSystem(state, *target.host, prints.back()));
    if (known.back().empty() || settings.fingerprints == Fingerprinted::Verify) open.push_back(out.size());
    out.emplace_back(Built{known.back(), false});
    if (open.empty() || open.back() != out.size() - 1) onBuild({What::Ended, *target.host, {}, &out.back()});
  }
  std::atomic<bool> failed{false};
  std::mutex mutex;
  base::ThreadPool pool(std::max(1u, settings.parallel), std::size_t{1} << 20);
  pool.parallelFor(open.size(), [&](std::size_t i) {
    const std::size_t at = open[i];
    const fleet::Host& host = *targets[at].host;
    Result<Built> result = Error{Code::FL0828,
                                 fmt::format("{} was not built after another host failed", host.name),
                                 "--keep-going builds the others all the same",
                                 {}};
    std::int64_t started = 0;
    const auto since = [&] { return started == 0 ? 0 : millisecondsSince(started); };
    if (!failed.load() || settings.keepGoing) {
      started = base::monotonicNanos();
      bool made = false;
      {
        const std::lock_guard lock(mutex);
        onBuild({What::Started, host, {}});
      }
      auto path = buildSystem(nix, host, [&](std::string_view line) {
        made = made || tellsOfWork(line);
        const std::lock_guard lock(mutex);
        onBuild({What::Line, host, line, nullptr, since()});
      });
      if (!path)
        result = path.error();
      else if (!known[at].empty() && known[at] != *path)
        result = Error{Code::FL0851,
                       fmt::format("{} has the fingerprint of {} and Nix builds {}", host.name, known[at], *path),
                       "something outside of the build tree decides what the host becomes",
                       {}};
      else
        result = Built{*std::move(path), true, made, since()};
    }
    const std::lock_guard lock(mutex);
    if (!result) failed.store(true);
    if (result && !prints[at].empty())
      static_cast<void>(state.recordBuild(host.klass, host.name, {prints[at], result->path}));
    onBuild({What::Ended, host, {}, &result, since()});
    out[at] = std::move(result);
  });
  return out;
}

}  // namespace fleetd::deploy
