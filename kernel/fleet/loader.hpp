// Loader: opens a repository at level F, step by step, and fills a Fleet.
#pragma once
#include <memory>
#include <string>

#include "kernel/fleet/fleet.hpp"
#include "kernel/fleet/inputs.hpp"
#include "kernel/fleet/intrinsics.hpp"
#include "kernel/fleet/lock.hpp"
#include "kernel/fleet/named_hosts.hpp"

namespace fleetd::fleet {

class Loader {
 public:
  Loader(Fleet& fleet, const std::vector<InputOverride>& overrides, base::Diagnostics& diagnostics);
  Result<void> run();

 private:
  Result<void> openFlake();
  lang::Value knownOutputs(lang::Value outputs);
  void parseTheRest();
  Result<void> openRepository();
  void collect(lang::Value outputs, std::string_view attribute, std::string_view klass);
  void addHost(const lang::Attr& attr, std::string_view klass, std::string_view origin);
  void collectPackagedHomes(lang::Value outputs);
  Result<void> addNamedHosts(lang::Value outputs, const std::string& jsonPath, NamedHosts& named);
  void collectAggregates(lang::Value outputs);
  void tellMissing(lang::Value outputs);
  std::string fileText(lang::Value raw);  // a file as modules carry it, relative to the repository
  void finish();
  // Aggregates that a list of modules imports, in order of first use.
  std::vector<std::string> aggregatesOf(lang::Value modules, std::string_view klass);
  void report(lang::Value error, std::string_view host = {});

  Fleet& fleet_;
  const std::vector<InputOverride>& overrides_;
  lang::Evaluator& ev_;
  base::Diagnostics& diagnostics_;
};

}  // namespace fleetd::fleet
