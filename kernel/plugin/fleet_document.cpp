// Packing views of the fleet.
#include "kernel/plugin/fleet_document.hpp"

#include <fleet/cxx/view_codec.hpp>

#include "kernel/plugin/messages.hpp"

namespace fleetd::plugin {

namespace {

template <class Map>
std::string packed(const Map& map) {
  sdk::Packer out;
  sdk::detail::packMap(out, map);
  return out.take();
}

std::shared_ptr<const std::string> bodyOf(sdk::Packer document) {
  return std::make_shared<const std::string>(packDocuments({document.take()}));
}

}  // namespace

FleetDocument::FleetDocument(const FleetView& fleet) {
  sdk::Packer out;
  sdk::pack(out, fleet);
  body_ = bodyOf(std::move(out));
  auto names = std::make_shared<Names>();
  for (const auto& [name, machine] : fleet.machines) names->insert(name);
  machines_ = std::move(names);
}

FleetDocument::FleetDocument(const FleetParts& parts, std::shared_ptr<const Names> machines)
    : machines_(std::move(machines)) {
  sdk::FieldPacker map;
  map.text("domain", parts.domain);
  if (!parts.exports.empty()) map.field("exports").raw(parts.exports);
  map.field("instances").raw(parts.instances);
  map.field("machines").raw(parts.machines);
  map.text("name", parts.name);
  map.value("shared", parts.shared);
  sdk::Packer out;
  map.finish(out);
  body_ = bodyOf(std::move(out));
}

std::string packedMachines(const std::map<std::string, sdk::MachineView>& machines) { return packed(machines); }
std::string packedInstances(const std::map<std::string, sdk::InstanceView>& instances) { return packed(instances); }
std::string packedExports(const Exports& exports) { return packed(exports); }

}  // namespace fleetd::plugin
