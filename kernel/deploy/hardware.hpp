// What a hardware report (facter.json of nixos-facter) says of a machine, against what the fleet would do to it.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/json.hpp"
#include "kernel/base/result.hpp"

namespace fleetd::deploy {

struct Hardware {
  std::string system;              // "x86_64-linux"; empty when it does not say
  std::vector<std::string> disks;  // every name of every disk: "/dev/sda", "/dev/disk/by-id/…"
  bool knowsFirmware = false;
  bool uefi = false;  // when it knows
};

// Error FL0842 for what is no report.
Result<Hardware> readHardware(std::string_view text);

struct Wanted {
  std::string system;
  std::vector<std::string> disks;           // devices that would be erased
  bool needsUefi = false;                   // systemd-boot, GRUB for UEFI only
  std::string loader = "systemd-boot";      // what needs it
  std::vector<std::string> bootDisks = {};  // that GRUB is written to
};

// Why a machine must not be erased; nothing when all fits.
std::vector<std::string> misfits(const Hardware& hardware, const Wanted& wanted);

}  // namespace fleetd::deploy
