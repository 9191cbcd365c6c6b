// Secrets that plugins keep: what a request to the vars plugin needs of them is asked for and handed over, sealed.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kernel/cli/context.hpp"
#include "kernel/plugin/sdk.hpp"

namespace fleetd::cli {

// A secret file of a generator with a store, as a machine declares it.
struct KeptFile {
  std::string machine, generator, file;
  bool deploy = true, shared = false;
  std::string neededFor;  // the phase
  std::string id() const { return generator + "/" + file; }
};
using KeptFiles = std::map<std::string, std::vector<KeptFile>>;  // by the plugin that keeps them

// Those of the `machines` of a request that `wanted` takes.
KeptFiles keptFiles(const sdk::Attrs& request, const std::function<bool(const KeptFile&)>& wanted);

// Asks each plugin for its files, all at once, and adds what it gives to the request as `kept`. Errors: those of
// Plugins::resolve, as FL0892 where the plugin itself says no; FL0890.
Result<void> addKept(Context& cx, sdk::Attrs& request, const KeptFiles& files);
// Whether the plugins have all of them; what is wrong goes to the context.
void checkKept(Context& cx, const KeptFiles& files);

}  // namespace fleetd::cli
