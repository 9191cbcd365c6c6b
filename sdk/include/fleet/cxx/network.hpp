// fleet/cxx/network.hpp - NetworkPlugin: knows of the machines in a network what others want to know, such as
// addresses.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "../ext/network.h"
#include "plugin.hpp"

namespace fleet {

// A service whose role is FLEET_ROLE_NETWORK. What facts() tells of a machine is in the fleet view of every plugin that
// contributes afterwards, and in the host view of that machine, under this plugin's id.
template <class Self, Record Options = NoOptions>
class NetworkPlugin : public ServicePlugin<Self, Options> {
 protected:
  // By machine, each a map; machines that are not in the fleet are refused. A pure function of the fleet.
  virtual Result<std::map<std::string, Attrs>> facts(const FleetView& fleet) const = 0;

 private:
  const void* otherExtension(std::string_view id) const final {
    static constexpr fleet_plugin_network_t kNetwork{cFacts};
    return id == FLEET_EXT_NETWORK ? &kNetwork : nullptr;
  }

  static fleet_status_t cFacts(const fleet_plugin_t* p, fleet_bytes_t view, const fleet_writer_t* out,
                               fleet_error_t* err) noexcept {
    return guard(err, [&]() -> Result<void> {
      Reader in(std::string_view(static_cast<const char*>(view.data), static_cast<std::size_t>(view.size)));
      FLEET_TRY_ASSIGN(const auto fleet, readFleetView(in));
      FLEET_TRY_ASSIGN(const auto known, static_cast<const NetworkPlugin&>(PluginBase::self(p)).facts(fleet));
      Attrs all;
      for (const auto& [machine, facts] : known) all.set(machine, facts);
      Packer packer;
      pack(packer, Value(std::move(all)));
      return writeAll(out, packer.view());
    });
  }
};

}  // namespace fleet
