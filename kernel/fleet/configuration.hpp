// HostConfiguration: the composed configuration behind ComposedHost.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/fleet/composed_host.hpp"
#include "kernel/fleet/config_tree.hpp"
#include "kernel/fleet/fleet.hpp"

namespace fleetd::fleet {

// Lives as long as the Fleet it was composed by at most.
class HostConfiguration : public ComposedHost {
 public:
  HostConfiguration(Fleet& fleet, const Host& host, compose::Evaluation* evaluation, base::Diagnostics& diagnostics);

  const Host& host() const override { return host_; }
  const Counts& counts() const override { return counts_; }
  Result<void> writeJson(base::JsonWriter& out, const std::string& path, bool defaults) override;
  Result<std::string> text(const std::string& path, bool defaults) override;
  Result<Explanation> explain(const std::string& path) override;
  std::vector<std::string> homes() override;

  compose::Evaluation* evaluation() { return evaluation_; }  // null when the host could not be evaluated at all
  const ConfigNode& tree() const { return tree_; }

 private:
  friend struct ConfigurationDetail;
  Result<const ConfigNode*> find(const std::string& path, bool defaults);
  const ConfigNode& treeWithDefaults();
  void checkAssertions();
  void reportUndeclared(const ConfigWalker::Undeclared& found);
  ConfigWalker::Listing listing(compose::Evaluation& evaluation);

  Fleet& fleet_;
  lang::Evaluator& ev_;
  Host host_;
  compose::Evaluation* evaluation_;
  base::Diagnostics& diagnostics_;
  Counts counts_;
  ConfigNode tree_;
  std::unique_ptr<ConfigNode> withDefaults_;
};

// The parts of an option path: a."b.c".d; Error FL0420 when quotes do not match.
Result<std::vector<std::string>> parseOptionPath(std::string_view path);

}  // namespace fleetd::fleet
