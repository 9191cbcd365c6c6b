// Reading the few facts that decide whether an installation can go well.
#include "kernel/deploy/hardware.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"

namespace fleetd::deploy {

Result<Hardware> readHardware(std::string_view text) {
  const auto json = base::parseJson(text);
  const base::Json* parts = json ? json->find("hardware") : nullptr;
  if (!json || !parts || !parts->asObject())
    return Error{
        base::Code::FL0842, "facter.json is no report of nixos-facter", "`fleetd machines hardware` makes one", {}};
  Hardware out;
  out.system = json->stringOr("system", "");
  if (const base::Json* disks = parts->find("disk"); disks && disks->asArray())
    for (const auto& disk : *disks->asArray()) {
      if (const auto name = disk.stringOr("unix_device_name", ""); !name.empty()) out.disks.emplace_back(name);
      const base::Json* names = disk.find("unix_device_names");
      for (std::size_t i = 0; names && names->asArray() && i < names->asArray()->size(); ++i)
        if (const auto* name = (*names->asArray())[i].asString()) out.disks.push_back(*name);
    }
  std::sort(out.disks.begin(), out.disks.end());
  out.disks.erase(std::unique(out.disks.begin(), out.disks.end()), out.disks.end());
  if (const base::Json* uefi = json->find("uefi")) {
    const base::Json* supported = uefi->find("supported");
    out.knowsFirmware = supported && supported->asBool();
    out.uefi = out.knowsFirmware && *supported->asBool();
  }
  return out;
}

std::vector<std::string> misfits(const Hardware& hardware, const Wanted& wanted) {
  std::vector<std::string> out;
  if (!hardware.system.empty() && !wanted.system.empty() && hardware.system != wanted.system)
    out.push_back(fmt::format("it is {}, and the fleet builds {}", base::sanitize(hardware.system), wanted.system));
  for (const std::string& disk : wanted.disks)
    if (!std::binary_search(hardware.disks.begin(), hardware.disks.end(), disk))
      out.push_back(fmt::format("it has no disk {}; it has {}", base::sanitize(disk),
                                hardware.disks.empty() ? "none" : base::sanitize(base::join(hardware.disks, " "))));
  for (const std::string& disk : wanted.bootDisks)
    if (!std::binary_search(hardware.disks.begin(), hardware.disks.end(), disk))
      out.push_back(fmt::format("GRUB is to be written to {}, which it has not", base::sanitize(disk)));
  if (wanted.needsUefi && hardware.knowsFirmware && !hardware.uefi)
    out.push_back(fmt::format("{} needs UEFI, and its firmware has none", wanted.loader));
  return out;
}

}  // namespace fleetd::deploy
