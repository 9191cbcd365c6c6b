// One question over ssh.
#include "kernel/cli/install_target.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/deploy/nix.hpp"
#include "kernel/render/views.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

constexpr auto kPatience = std::chrono::seconds(30);

// Disks are its arguments.
constexpr char kQuestion[] = R"sh(
echo "kernel $(uname -s)"
echo "name $(uname -n)"
echo "system $(readlink -f /run/current-system 2>/dev/null)"
[ ! -r /etc/os-release ] || echo "runs $(. /etc/os-release; echo "${PRETTY_NAME:-${NAME:-}}${VARIANT_ID:+ ($VARIANT_ID)}")"
for disk; do [ -b "$disk" ] || echo "lacks $disk"; done
)sh";

void strings(const plugin::PluginValue* value, std::vector<std::string>& out) {
  if (const auto* text = value ? value->get<std::string>() : nullptr) out.push_back(*text);
}

struct Said {
  std::string kernel, name, system, runs;
  std::vector<std::string> lacks;
};

Said readSaid(std::string_view text) {
  Said out;
  for (const std::string_view line : base::splitLines(text)) {
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, blank);
    std::string value = base::sanitize(base::trim(line.substr(blank + 1)));
    if (value.size() > 200) value.resize(200);
    if (key == "kernel")
      out.kernel = std::move(value);
    else if (key == "name")
      out.name = std::move(value);
    else if (key == "system")
      out.system = std::move(value);
    else if (key == "runs")
      out.runs = std::move(value);
    else if (key == "lacks")
      out.lacks.push_back(std::move(value));
  }
  return out;
}

// The host that runs this system as far as is known, unless it is the one that is meant.
std::string ownerOf(Context& cx, Operation& operation, const fleet::Host& meant, const std::string& system) {
  if (!deploy::isStorePath(system)) return {};
  std::string found;
  for (const fleet::Host& host : cx.workspace().fleet().hosts()) {
    if (host.klass != "nixos") continue;
    const auto last = operation.state->lastDeployed(host.klass, host.name);
    if (!last || !*last || (*last)->system != system) continue;
    if (host.name == meant.name) return {};
    found = host.name;
  }
  return found;
}

}  // namespace

deploy::Wanted wantedHardware(Context& cx, const fleet::Host& host, fleet::ComposedHost& composed) {
  deploy::Wanted out;
  out.system = host.system;
  lang::Evaluator& ev = cx.workspace().fleet().evaluator();
  const auto disks = render::everythingBelow(ev, composed, {"disko", "devices", "disk"});
  if (const auto* set = disks.get<sdk::Attrs>())
    for (const auto& [name, disk] : *set) strings(disk.find("device"), out.disks);
  const auto boot = render::everythingBelow(ev, composed, {"boot", "loader", "systemd-boot", "enable"});
  out.needsUefi = boot.get<bool>() && *boot.get<bool>();
  if (out.needsUefi) return out;
  const auto grub = render::everythingBelow(ev, composed, {"boot", "loader", "grub"});
  std::vector<std::string> devices;
  strings(grub.find("device"), devices);
  if (const auto* more = grub.find("devices"); more && more->get<sdk::List>())
    for (const auto& device : *more->get<sdk::List>()) strings(&device, devices);
  // "nodev" is GRUB for UEFI and no disk.
  for (const std::string& device : devices)
    if (device.starts_with('/')) out.bootDisks.push_back(device);
  const auto* efi = grub.find("efiSupport");
  out.loader = "GRUB";
  out.needsUefi = efi && efi->get<bool>() && *efi->get<bool>() && out.bootDisks.empty();
  return out;
}

Result<std::string> lookAtTarget(Context& cx, Operation& operation, const Meant& one,
                                 const std::vector<std::string>& disks) {
  const deploy::Address& address = (**one.reach).address;
  const std::string& name = one.host->name;
  deploy::Ssh::Call call;
  call.command = "sh -s --";
  for (const std::string& disk : disks) call.command += " " + base::shellQuote(disk);
  call.input = kQuestion;
  call.timeout = kPatience;
  const auto answer = operation.ssh->run(address, call);
  const Said said = readSaid(answer ? answer->output : "");
  if (said.kernel.empty()) {
    if (!cx.quiet())
      cx.out.message(fmt::format("{}: it was not asked what it runs{}\n", name,
                                 answer ? "" : ": " + base::sanitize(answer.error().message)));
    return std::string();
  }
  const auto refused = [&](std::string why, std::string hint) {
    return Error{Code::FL0842, fmt::format("{} {}", address.text(), why), std::move(hint), {}};
  };
  if (said.kernel != "Linux")
    return refused(fmt::format("runs {}, and {} is a NixOS machine", said.kernel, name), "is it the right address?");
  if (const std::string owner = ownerOf(cx, operation, *one.host, said.system); !owner.empty())
    return refused(fmt::format("runs the system that was deployed to {}: it is not {}", owner, name),
                   fmt::format("--target-host says where {} is", name));
  if (!said.lacks.empty())
    return refused(fmt::format("has no disk {}", base::join(said.lacks, " ")),
                   fmt::format("is it the right machine? `fleetd machines hardware {}` reports the disks it has; or "
                               "--skip-hardware-check",
                               name));
  return fmt::format("is called {} and runs {}", said.name, said.runs.empty() ? "Linux" : said.runs);
}

}  // namespace fleetd::cli
