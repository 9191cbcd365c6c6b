// What an installation brings to a machine, in a directory that is memory and that nobody finds afterwards.
#pragma once
#include <string>

#include "kernel/base/result.hpp"
#include "kernel/deploy/deployment.hpp"
#include "kernel/process/left_behind.hpp"

namespace fleetd::cli {

// Files by their places on the machine. Gone with this, and with an interrupt; what a process left that was killed goes
// with the next one.
class InstallFiles {
 public:
  InstallFiles() = default;
  ~InstallFiles();
  InstallFiles(const InstallFiles&) = delete;
  InstallFiles& operator=(const InstallFiles&) = delete;

  // Makes the directory. Error FL0842.
  Result<void> open();
  // The same with the machine's key in it, which is not kept in memory that could be swapped. Errors: FL0842, FL0832,
  // FL0003.
  Result<void> fill(deploy::MachineKey& key);
  // The same with an empty directory that is only root's, at this place on the machine. Errors: FL0842, FL0003.
  Result<void> fill(const std::string& place);
  const std::string& directory() const { return directory_; }  // empty while there is nothing

 private:
  std::string directory_;
  process::RemovedOnInterrupt removed_;
};

}  // namespace fleetd::cli
