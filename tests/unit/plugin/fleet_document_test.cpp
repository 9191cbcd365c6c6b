// What plugins are told of the fleet: the same bytes from parts as from the whole.
#include "kernel/plugin/fleet_document.hpp"

#include <gtest/gtest.h>
#include <fleet/cxx/view_codec.hpp>

#include "kernel/plugin/messages.hpp"

namespace fleetd::plugin {
namespace {

FleetView sample() {
  FleetView out;
  out.name = "farm";
  out.domain = "farm.example.org";
  out.machines["barn"] = {"nixos", "x86_64-linux", {"all"}, sdk::Attrs{{"vars", sdk::Attrs{{"k", "v"}}}}};
  out.machines["silo"] = {"darwin", "aarch64-darwin", {}, {}};
  out.instances["lan"].roles["peer"].machines = {{"barn", sdk::Attrs{{"id", 1}}}};
  out.shared = sdk::Attrs{{"ca", "public"}};
  out.exports["lan:lan:peer:barn"]["peer"] = sdk::Attrs{{"hosts", 1}};
  return out;
}

TEST(FleetDocument, PartsGiveTheSameAsTheWhole) {
  const FleetView view = sample();
  const FleetDocument whole(view);
  const std::string exports = packedExports(view.exports), instances = packedInstances(view.instances),
                    machines = packedMachines(view.machines);
  const FleetDocument parts({view.name, view.domain, exports, instances, machines, view.shared},
                            std::make_shared<const FleetDocument::Names>(FleetDocument::Names{"barn", "silo"}));
  EXPECT_EQ(*parts.body(), *whole.body());
  EXPECT_NE(parts.body(), whole.body());
  const auto documents = parseDocuments(*parts.body());
  ASSERT_TRUE(documents && documents->size() == 1);
  sdk::Reader in(documents->front());
  const auto read = sdk::readFleetView(in);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->machines.at("silo").system, "aarch64-darwin");
  EXPECT_EQ(read->exports.size(), 1u);
  EXPECT_EQ(*FleetDocument().body(), *FleetDocument(FleetView()).body());
}

TEST(FleetDocument, KnowsItsMachinesAndSharesItsBytes) {
  const FleetDocument one(sample());
  const FleetDocument copy = one;
  EXPECT_EQ(copy.body(), one.body());
  EXPECT_TRUE(copy.hasMachine("barn"));
  EXPECT_FALSE(copy.hasMachine("bar"));
}

}  // namespace
}  // namespace fleetd::plugin
