// Evaluating both sides.
#include "kernel/cli/derivations.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

#include <fmt/format.h>

#include "kernel/base/thread_pool.hpp"
#include "kernel/process/worker.hpp"

namespace fleetd::cli {

using base::Code;

Result<std::vector<Derivations>> compareDerivations(Context& cx, const std::vector<const fleet::Host*>& hosts,
                                                    const std::string& left, const std::string& right) {
  const unsigned parallel = numberOption(cx, "--max-builds", std::min(4u, process::processors()));
  std::vector<Derivations> out(hosts.size());
  std::mutex mutex;
  std::size_t done = 0;
  base::ThreadPool pool(std::max(1u, parallel), std::size_t{1} << 20);
  // Half of the work is one side, so that two processors help with one host.
  pool.parallelFor(hosts.size() * 2, [&](std::size_t i) {
    const fleet::Host& host = *hosts[i / 2];
    auto path = deploy::derivationOf(i % 2 == 0 ? left : right, host, cx.root());
    const std::lock_guard lock(mutex);
    out[i / 2].host = &host;
    (i % 2 == 0 ? out[i / 2].left : out[i / 2].right) = std::move(path);
    if (!cx.quiet() && !cx.json())
      cx.out.progress(fmt::format("evaluating {}/{} {}", ++done, hosts.size() * 2, host.name));
  });
  for (const auto& one : out)
    for (const auto* side : {&one.left, &one.right})
      if (!*side && side->error().code == Code::FL0008) return side->error();
  return out;
}

void reportDifference(Context& cx, const Derivations& one, std::string_view left, std::string_view right,
                      const std::string& note) {
  const auto add = [&](Diagnostic d) {
    d.host = one.host->name;
    if (!note.empty()) d.notes.push_back(note);
    cx.diagnostics.add(std::move(d));
  };
  if (!one.left) add(Diagnostic::from(one.left.error()));
  // What fails on both sides is said once.
  if (!one.right && (one.left || one.left.error().message != one.right.error().message))
    add(Diagnostic::from(one.right.error()));
  if (one.left && one.right && *one.left != *one.right)
    add(Diagnostic::from(
        {Code::FL0839,
         fmt::format("{}: {} gives {}, {} gives {}", one.host->name, left, *one.left, right, *one.right),
         "",
         {}}));
}

}  // namespace fleetd::cli
