// `fleetd ssh`: a session on a host, at the address a deployment would use.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/cli/network.hpp"
#include "kernel/cli/operations.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

// A machine of the fleet, or a device that runs an ssh server.
struct Target {
  std::string name;
  const fleet::Host* host = nullptr;  // null: a device
  std::vector<deploy::Reach> ways;    // to a device
  std::vector<deploy::Network> networks;
};

// A device says with a user or a port that somebody may log in there.
Result<Target> deviceOf(const std::string& name, std::vector<deploy::Network> networks) {
  Target out;
  out.name = name;
  std::string network;
  for (const auto& one : networks)
    if (const auto found = one.devices.find(name); found != one.devices.end()) {
      network = one.instance;
      for (const auto& address : found->second)
        if (!address.user.empty() || address.port)
          out.ways.push_back({address, fmt::format("network {} ({})", one.instance, one.service), {}});
    }
  if (!out.ways.empty()) return out;
  return Error{Code::FL0903,
               fmt::format("{} is no machine of the fleet, but a device in the network {}, and no ssh server of it is "
                           "declared",
                           shownWord(name), network),
               fmt::format("set `user` or `port` of it in the inventory if it has one; `fleetd network list {}` prints "
                           "its addresses",
                           shownWord(name)),
               {}};
}

Result<Target> targetOf(Context& cx, const fleet::Fleet& fleet) {
  const std::string name(cx.args.positional(0));
  Target out;
  out.networks = deploy::networksOf(cx.workspace().services(), cx.diagnostics);
  const bool device = std::any_of(out.networks.begin(), out.networks.end(),
                                  [&](const deploy::Network& one) { return one.devices.contains(name); });
  if (device) return deviceOf(name, std::move(out.networks));
  auto host = fleet.findHost(name);
  if (!host) return withDevices(fleet, out.networks, name, host.error());
  out.host = *host;
  out.name = out.host->name;
  return out;
}

Result<deploy::Reach> reachFor(Context& cx, const Target& target, deploy::Ssh& ssh) {
  if (cx.args.has("--target-host")) {
    auto address = deploy::parseAddress(cx.args.value("--target-host"));
    if (!address) return address.error();
    return deploy::Reach{*std::move(address), "--target-host", {}};
  }
  if (!target.host) return deploy::choose(target.name, target.ways, choosing(cx, ssh));
  const auto composed = cx.compose(*target.host);
  auto reaches = deploy::reachesOf(cx.workspace(), target.networks, *target.host, *composed);
  if (!reaches) return reaches.error();
  return deploy::choose(target.name, *reaches, choosing(cx, ssh));
}

}  // namespace

int runSsh(Context& cx) {
  auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  const auto target = targetOf(cx, **fleet);
  if (!target) return cx.fail(target.error());
  auto ssh = openSsh(cx);
  if (!ssh) return cx.fail(ssh.error());
  const auto reach = reachFor(cx, *target, *ssh);
  if (!reach) return cx.fail(reach.error());
  tellTried(cx, target->name, *reach);
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
    forgetUnreachable(cx, target->name, {base::Code::FL0815, "", "", {}});
    return kEnvironment;
  }
  return finished->status.success() ? kOk : finished->status.code ? finished->status.code : kEnvironment;
}

}  // namespace fleetd::cli
