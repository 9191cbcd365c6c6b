// Which store a fleet's secrets are in, for requests to the plugin that keeps them.
#pragma once
#include <set>
#include <string>

#include "kernel/base/result.hpp"
#include "kernel/fleet/composed_host.hpp"
#include "kernel/plugin/sdk.hpp"
#include "kernel/render/workspace.hpp"

namespace fleetd::cli {

// clan.vars.settings, and clan.core.vars.settings of machines where the fleet as a whole says nothing.
class StoreSettings {
 public:
  explicit StoreSettings(render::Workspace& workspace);
  // What a machine says for itself.
  void add(const fleet::Host& host, fleet::ComposedHost& composed);
  // `store` of a request: kind, recipients, passCommand. Machines that disagree give a kind that no store has, with
  // their names, which the plugin refuses.
  plugin::PluginValue value() const;

 private:
  render::Workspace& workspace_;
  std::string kind_, passCommand_;
  bool ofFleet_ = false;
  std::string firstOf_;  // the machine that said it
  std::string dispute_;
  plugin::PluginValue default_;
  sdk::Attrs hosts_;
};

// Where a machine has its key, or the archives of a password store: clan.core.vars.sops.secretUploadDirectory, or
// secretLocation in clan.core.vars.age or clan.core.vars.password-store. Error
// FL0724 for a place that is none, or that others use.
Result<std::string> secretDirectoryOf(render::Workspace& workspace, const fleet::Host& host);
// The store's name; "sops" where nothing is said.
std::string storeNameOf(render::Workspace& workspace, const fleet::Host& host);

}  // namespace fleetd::cli
