// What was done to a machine that is being installed, so that the same command goes on there.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::cli {

struct InstallProgress {
  std::vector<std::string> phases;  // that are done
  std::string disks;                // the script that made its disks; empty when nixos-anywhere built it

  // Nothing was done where the file is not there, is damaged, or is about another address.
  static InstallProgress read(const std::string& file, const std::string& target);
  Result<void> write(const std::string& file, const std::string& target) const;

  bool has(std::string_view phase) const;
  // Error FL0842 where the disks are made already, by another script than this one.
  Result<void> checkDisks(const std::string& machine, const std::string& script) const;
};

}  // namespace fleetd::cli
