// A fingerprint changes with everything that could change the host, and with nothing else.
#include "kernel/deploy/fingerprint.hpp"

#include <gtest/gtest.h>

#include "kernel/base/file.hpp"

namespace fleetd::deploy {
namespace {

class FingerprintTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto made = base::makeTempDir("fingerprint");
    ASSERT_TRUE(made);
    settings_.tree = *made;
    settings_.locked = true;
    host_.name = "web";
    host_.klass = "nixos";
    write("flake.nix", "{ }");
    write("modules/a.nix", "a");
    write("fleetd/hosts/nixos/web/_facts.nix", "web");
    write("fleetd/hosts/nixos/db/_facts.nix", "db");
  }
  void TearDown() override { ASSERT_TRUE(base::removeTree(settings_.tree)); }

  void write(const std::string& path, std::string_view text) {
    ASSERT_TRUE(base::makeDirs(settings_.tree + "/" +
                               path.substr(0, path.rfind('/') == std::string::npos ? 0 : path.rfind('/'))));
    ASSERT_TRUE(base::writeFileAtomic(settings_.tree + "/" + path, text));
  }
  std::string print() {
    auto read = Fingerprints::read(settings_, nullptr);
    return read ? read->of(host_, "hosts/nixos/web") : "";
  }

  NixSettings settings_;
  fleet::Host host_;
};

TEST_F(FingerprintTest, FollowsTheTree) {
  const std::string first = print();
  EXPECT_EQ(first.size(), 64u);
  EXPECT_EQ(print(), first);
  write("fleetd/hosts/nixos/db/_facts.nix", "another");
  write("fleetd/tree.manifest", "x");
  EXPECT_EQ(print(), first) << "what belongs to another host";
  write("fleetd/hosts/nixos/web/_facts.nix", "another");
  const std::string second = print();
  EXPECT_NE(second, first);
  write("modules/a.nix", "b");
  const std::string third = print();
  EXPECT_NE(third, second);
  write("modules/b.nix", "");
  EXPECT_NE(print(), third);
}

TEST_F(FingerprintTest, FollowsHostAndOptions) {
  const std::string first = print();
  settings_.options = {"--impure"};
  EXPECT_NE(print(), first);
  settings_.options = {};
  host_.klass = "darwin";
  EXPECT_NE(print(), first);
}

TEST_F(FingerprintTest, ThereIsNoneWhenInputsMayChange) {
  settings_.overrides = {{"nixpkgs", "path:/x"}};
  EXPECT_EQ(print(), "");
  settings_.overrides = {};
  settings_.locked = false;
  EXPECT_EQ(print(), "");
}

}  // namespace
}  // namespace fleetd::deploy
