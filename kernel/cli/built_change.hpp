// BuiltChange: the difference of two built systems, for `fleetd plan`.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/json_writer.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/deploy/closure.hpp"

namespace fleetd::cli {

struct BuiltChange {
  std::string before, after;  // store paths
  std::vector<deploy::PackageChange> packages;
  deploy::Needs needs;
  std::int64_t bytes = 0;  // of the whole closure, after minus before
};

// Asks Nix for both closures. Errors: those of deploy::closureOf.
Result<BuiltChange> builtChange(const std::string& before, const std::string& after);
void printBuiltChange(Context& cx, const BuiltChange& change);
void writeBuiltChange(base::JsonWriter& json, const BuiltChange& change);
// "+1.4 MiB", "-12 B"
std::string sizeChange(std::int64_t bytes);

}  // namespace fleetd::cli
