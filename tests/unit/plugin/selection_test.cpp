#include "kernel/plugin/selection.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace fleetd::plugin {
namespace {

Manifest plugin(std::string id, std::vector<sdk::Path> writes = {}, std::optional<sdk::Path> root = {},
                std::vector<sdk::Path> reads = {}) {
  Manifest out;
  out.id = std::move(id);
  out.writes = std::move(writes);
  out.optionRoot = std::move(root);
  out.reads = std::move(reads);
  return out;
}

Manifest platform(std::string id) {
  auto out = plugin(std::move(id), {{"*"}}, sdk::Path{}, {{"*"}});
  out.role = Role::platform;
  return out;
}

Result<std::vector<std::string>> order(std::vector<Manifest> manifests) {
  std::vector<const Manifest*> pointers;
  for (const auto& manifest : manifests) pointers.push_back(&manifest);
  auto first = workOrder(pointers);
  std::reverse(pointers.begin(), pointers.end());
  const auto second = workOrder(pointers);
  EXPECT_EQ(first.ok(), second.ok());
  if (first && second) {
    EXPECT_EQ(*first, *second) << "depends on the order of asking";
  }
  return first;
}

TEST(WorkOrder, UnrelatedPluginsComeById) {
  EXPECT_EQ(*order({plugin("c"), plugin("a"), plugin("b")}), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(WorkOrder, WritersComeBeforeThoseWhoDeclareOrRead) {
  EXPECT_EQ(*order({plugin("a", {}, sdk::Path{"services", "a"}), plugin("z", {{"services", "a", "enable"}})}),
            (std::vector<std::string>{"z", "a"}));
  EXPECT_EQ(*order({plugin("a", {}, {}, {{"network"}}), plugin("z", {{"network", "hosts"}})}),
            (std::vector<std::string>{"z", "a"}));
  EXPECT_EQ(*order({plugin("a", {}, {}, {{"network", "hosts"}}), plugin("z", {{"network"}})}),
            (std::vector<std::string>{"z", "a"}));
  EXPECT_EQ(*order({plugin("a", {}, {}, {{"users", "bob"}}), plugin("z", {{"users", "*", "shell"}})}),
            (std::vector<std::string>{"z", "a"}));
  EXPECT_EQ(*order({plugin("a", {}, {}, {{"users", "bob", "home"}}), plugin("z", {{"users", "*", "shell"}})}),
            (std::vector<std::string>{"a", "z"}));
}

TEST(WorkOrder, PlatformsComeLastWhateverTheyWrite) {
  EXPECT_EQ(*order({platform("a"), plugin("m", {{"services"}}), plugin("z", {}, {}, {{"services"}})}),
            (std::vector<std::string>{"m", "z", "a"}));
}

TEST(WorkOrder, APluginMayReadWhatItWrites) {
  EXPECT_EQ(*order({plugin("a", {{"x"}}, sdk::Path{"x"}, {{"x"}})}), std::vector<std::string>{"a"});
}

TEST(WorkOrder, ACircleIsNamed) {
  const auto circle = order({plugin("a", {{"x"}}, {}, {{"z"}}), plugin("b", {{"y"}}, {}, {{"x"}}),
                             plugin("c", {{"z"}}, {}, {{"y"}}), plugin("behind", {}, {}, {{"x"}}), plugin("free")});
  ASSERT_FALSE(circle.ok());
  EXPECT_EQ(circle.error().code, Code::FL0323);
  EXPECT_EQ(circle.error().message, "plugins wait for each other: a -> b -> c -> a");
}

TEST(CheckSelection, ClassAndRequirements) {
  auto a = plugin("a");
  a.platforms = {"nixos", "darwin"};
  a.requires_ = {"b", "c"};
  const auto b = plugin("b");
  Diagnostics diagnostics;
  checkSelection({"web", "nixos", {"a", "b", "c"}, {}}, {&a, &b}, diagnostics);
  EXPECT_TRUE(diagnostics.sorted().empty());
  checkSelection({"phone", "home", {"a", "b"}, {}}, {&a, &b}, diagnostics);
  const auto found = diagnostics.sorted();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].code, Code::FL0321);
  EXPECT_EQ(found[0].host, "phone");
  EXPECT_EQ(found[0].message, "plugin `a` does not serve hosts of class home, only nixos, darwin");
  EXPECT_EQ(found[1].code, Code::FL0322);
  EXPECT_NE(found[1].message.find("`c`"), std::string::npos);
}

}  // namespace
}  // namespace fleetd::plugin
