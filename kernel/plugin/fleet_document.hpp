// FleetDocument: what plugins are told of the fleet, packed once however often it is told.
#pragma once
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "kernel/plugin/sdk.hpp"

namespace fleetd::plugin {

// The parts of a FleetView; maps are packed already, so that many documents can have the same ones.
struct FleetParts {
  std::string_view name, domain;
  std::string_view exports;    // a map, or empty for none
  std::string_view instances;  // a map
  std::string_view machines;   // a map
  const PluginValue& shared;
};

// Copies share what they hold. Thread: any.
class FleetDocument {
 public:
  using Names = std::set<std::string, std::less<>>;

  FleetDocument() : FleetDocument(FleetView()) {}
  FleetDocument(const FleetView& fleet);
  FleetDocument(const FleetParts& parts, std::shared_ptr<const Names> machines);

  // The body of a request with the document alone. Two with the same address are the same.
  const std::shared_ptr<const std::string>& body() const { return body_; }
  bool hasMachine(std::string_view name) const { return machines_->contains(name); }

 private:
  std::shared_ptr<const std::string> body_;
  std::shared_ptr<const Names> machines_;
};

// A map of a FleetView, packed.
std::string packedMachines(const std::map<std::string, sdk::MachineView>& machines);
std::string packedInstances(const std::map<std::string, sdk::InstanceView>& instances);
std::string packedExports(const Exports& exports);

}  // namespace fleetd::plugin
