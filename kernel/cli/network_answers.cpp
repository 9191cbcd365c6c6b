// One question for each way.
#include "kernel/cli/network_answers.hpp"

#include "kernel/base/text.hpp"
#include "kernel/base/thread_pool.hpp"
#include "kernel/cli/operations.hpp"
#include "kernel/deploy/reachable.hpp"

namespace fleetd::cli {

namespace {

constexpr unsigned kAtOnce = 64;

}  // namespace

Result<std::vector<WayAnswer>> askWays(Context& cx, const std::vector<Way>& ways) {
  auto ssh = openSsh(cx);
  if (!ssh) return ssh.error();
  const deploy::AskBySsh ask = [&](const deploy::Address& address, int stopFd) {
    return ssh->answers(address, stopFd);
  };
  base::ThreadPool pool(kAtOnce, std::size_t{1} << 20);
  return pool.parallelMap<WayAnswer>(ways.size(), [&](std::size_t i) {
    const deploy::Reached reached = deploy::firstReachable({ways[i].address}, ask);
    WayAnswer out;
    out.yes = reached.answers[0] == deploy::Answer::Yes;
    out.text = out.yes ? "yes" : base::sanitize(reached.reasons[0]);
    out.milliseconds = reached.took[0].count();
    return out;
  });
}

}  // namespace fleetd::cli
