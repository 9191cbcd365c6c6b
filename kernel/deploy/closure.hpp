// Closures: what two built systems hold, package by package.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::deploy {

struct ClosurePath {
  std::string path;
  std::int64_t size = 0;  // bytes
};

// What `nix path-info --json` prints: a list of sets with `path`, or since Nix 2.19 a set by path. Error FL0006.
Result<std::vector<ClosurePath>> parsePathInfo(std::string_view json);
// A store path and all it needs, asked of Nix. Errors: FL0008, FL0007, FL0006.
Result<std::vector<ClosurePath>> closureOf(const std::string& path);

// "/nix/store/<hash>-gcc-12.3.0-lib" -> "gcc", "12.3.0-lib": a version starts at the first dash before no letter.
struct PackageName {
  std::string name, version;
};
PackageName packageName(std::string_view storePath);

// One package whose versions differ, or whose size does by 8 KiB or more.
struct PackageChange {
  std::string name;
  std::vector<std::string> before, after;  // versions, sorted; both empty where there is one without
  bool added = false, removed = false;
  std::int64_t bytes = 0;  // after minus before
};
// Sorted by name.
std::vector<PackageChange> packageChanges(const std::vector<ClosurePath>& before,
                                          const std::vector<ClosurePath>& after);

// What the change of a NixOS system to another means for a host, as far as both tell.
struct Needs {
  std::vector<std::string> reboot;                // what of "kernel", "initrd", "kernel-modules" differs
  std::vector<std::string> added, gone, changed;  // units of systemd
};
Needs needsOf(const std::string& before, const std::string& after);

}  // namespace fleetd::deploy
