// Store paths, attribute paths, and what of Nix's words is shown.
#include "kernel/deploy/nix.hpp"

#include <gtest/gtest.h>

#include "kernel/base/file.hpp"

namespace fleetd::deploy {
namespace {

TEST(Nix, StorePaths) {
  EXPECT_TRUE(isStorePath("/nix/store/3s8lxwdz1b903ic89sdkhn4rni7icdsx-nixos-system-web-1"));
  for (const std::string_view text :
       {"", "/nix/store/", "/nix/store/3s8lxwdz1b903ic89sdkhn4rni7icdsx",
        "/nix/store/3s8lxwdz1b903ic89sdkhn4rni7icdsx-", "/nix/store/3s8lxwdz1b903ic89sdkhn4rni7icdsx-a b",
        "/nix/store/3s8lxwdz1b903ic89sdkhn4rni7icdsx-a;id", "/nix/store/3s8lxwdz1b903ic89sdkhn4rni7icdsx-a/../b",
        "/nix/store/3S8lxwdz1b903ic89sdkhn4rni7icdsx-a", "x/nix/store"})
    EXPECT_FALSE(isStorePath(text)) << text;
}

TEST(Nix, Attributes) {
  fleet::Host host;
  host.name = "web";
  host.klass = "nixos";
  EXPECT_EQ(systemAttribute(host), R"(nixosConfigurations."web".config.system.build.toplevel)");
  host.klass = "darwin";
  EXPECT_EQ(systemAttribute(host), R"(darwinConfigurations."web".config.system.build.toplevel)");
  host.klass = "home";
  host.name = R"(a"$\b@web)";
  EXPECT_EQ(systemAttribute(host), R"(homeConfigurations."a\"\$\\b@web".activationPackage)");
}

TEST(NixError, TheLastErrorWithoutItsTrace) {
  EXPECT_EQ(
      reduceNixError(
          "warning: dirty\nerror: first\n\x1b[31;1merror:\x1b[0m undefined variable 'x'\n\n       at a:1:2\n", ""),
      "undefined variable 'x'\n\n       at a:1:2");
  EXPECT_EQ(reduceNixError("", ""), "it said nothing");
  EXPECT_EQ(reduceNixError("a\nb\n", ""), "a\nb");
}

TEST(NixError, WordsOfTheBuilder) {
  const std::string said = reduceNixError(
      "other> fine\nhello> line one\nhello> line two\n"
      "error: builder for '/nix/store/3s8lxwdz1b903ic89sdkhn4rni7icdsx-hello-2.1.drv' failed with exit code 1\n",
      "");
  EXPECT_NE(said.find("hello> line one\nhello> line two"), std::string::npos);
  EXPECT_EQ(said.find("fine"), std::string::npos);
}

TEST(NixError, PlacesAreTheFleetsOwn) {
  const auto fleet = base::makeTempDir("nix-error");
  ASSERT_TRUE(fleet);
  ASSERT_TRUE(base::writeFileAtomic(*fleet + "/web.nix", "{ }"));
  ASSERT_TRUE(base::writeFileAtomic(*fleet + "/flake.nix", "{ }"));
  const std::string store = "/nix/store/3s8lxwdz1b903ic89sdkhn4rni7icdsx-source/";
  EXPECT_EQ(reduceNixError("error: no\n at " + store + "web.nix:3:5", *fleet), "no\n at " + *fleet + "/web.nix:3:5");
  EXPECT_EQ(reduceNixError("error: no\n at " + store + "flake.fleet-source.nix:3:5", *fleet),
            "no\n at " + *fleet + "/flake.nix:3:5");
  EXPECT_EQ(reduceNixError("error: no\n at " + store + "other.nix:3:5", *fleet), "no\n at " + store + "other.nix:3:5");
  ASSERT_TRUE(base::removeTree(*fleet));
}

}  // namespace
}  // namespace fleetd::deploy
