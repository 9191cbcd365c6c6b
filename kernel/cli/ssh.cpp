// `fleetd ssh`: a session on a host, at the address a deployment would use.
#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/cli/operations.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::cli {

namespace {

Result<deploy::Reach> reachFor(Context& cx, const fleet::Host& host, fleet::ComposedHost& composed, deploy::Ssh& ssh) {
  if (cx.args.has("--target-host")) {
    auto address = deploy::parseAddress(cx.args.value("--target-host"));
    if (!address) return address.error();
    return deploy::Reach{*std::move(address), "--target-host", {}};
  }
  const auto networks = deploy::networksOf(cx.workspace().services(), cx.diagnostics);
  auto reaches = deploy::reachesOf(cx.workspace(), networks, host, composed);
  if (!reaches) return reaches.error();
  return deploy::choose(host.name, *reaches, choosing(cx, ssh));
}

}  // namespace

int runSsh(Context& cx) {
  auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  auto host = (*fleet)->findHost(cx.args.positional(0));
  if (!host) return cx.fail(host.error());
  const auto composed = cx.compose(**host);
  auto ssh = openSsh(cx);
  if (!ssh) return cx.fail(ssh.error());
  auto reach = reachFor(cx, **host, *composed, *ssh);
  if (!reach) return cx.fail(reach.error());
  tellTried(cx, (*host)->name, *reach);
  auto words = ssh->interactive(reach->address);
  if (!words) return cx.fail(words.error());
  const std::vector<std::string> remote(cx.args.positionals.begin() + 1, cx.args.positionals.end());
  if (!remote.empty()) words->push_back(base::shellJoin(remote));
  process::Command command;
  command.argv = *std::move(words);
  command.inheritInput = true;
  command.output = command.errors = process::Stream::Inherit;
  const auto finished = process::run(command);
  if (!finished) return cx.fail(finished.error());
  if (finished->status.code == 255) {
    forgetUnreachable(cx, (*host)->name, {base::Code::FL0815, "", "", {}});
    return kEnvironment;
  }
  return finished->status.success() ? kOk : finished->status.code ? finished->status.code : kEnvironment;
}

}  // namespace fleetd::cli
