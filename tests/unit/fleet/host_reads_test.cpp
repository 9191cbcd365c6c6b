// What a host can reach, for every way there is to name a file, and for code that leaves all files possible.
#include "kernel/fleet/host_reads.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include "kernel/base/file.hpp"

namespace fleetd::fleet {
namespace {

constexpr char kBegin[] = "{ inputs.nixpkgs.url = \"github:NixOS/nixpkgs\"; outputs = { self, nixpkgs, ... }@inputs: ";

class HostReadsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = base::makeTempDir("reads");
    ASSERT_TRUE(made);
    root_ = *made;
    write("dead.nix", "{ }");
    write("shared.nix", "{ }");
    write("other.nix", "{ }");
    write("hosts/a.nix", "{ }");
    write("hosts/b.nix", "{ }");
    write("data/x", "x");
    write("data/deep/y", "y");
  }
  void TearDown() override { ASSERT_TRUE(base::removeTree(root_)); }

  void write(const std::string& path, std::string_view text) {
    const std::string full = root_ + "/" + path;
    ASSERT_TRUE(base::makeDirs(full.substr(0, full.rfind('/'))));
    ASSERT_TRUE(base::writeFileAtomic(full, text));
    files_[path] = false;
  }
  void link(const std::string& path, const std::string& target) {
    ASSERT_EQ(::symlink(target.c_str(), (root_ + "/" + path).c_str()), 0);
    files_[path] = true;
  }
  // A flake whose outputs are `outputs`.
  void flake(const std::string& outputs) { write("flake.nix", kBegin + outputs + "; }"); }
  // One with the host `a` that has these modules, and `b` with a module of its own.
  void modules(const std::string& list, const std::string& arguments = "{ inherit inputs; }") {
    flake("{ nixosConfigurations = { a = nixpkgs.lib.nixosSystem { specialArgs = " + arguments + "; modules = " + list +
          "; }; b = nixpkgs.lib.nixosSystem { modules = [ ./hosts/b.nix ]; }; }; }");
  }

  HostReads reads(const std::string& name = "a") {
    base::SourceMap sources;
    base::SymbolTable symbols;
    base::Diagnostics diagnostics;
    OpenOptions options;
    options.directory = root_;
    auto fleet = Fleet::open(options, sources, symbols, diagnostics);
    EXPECT_TRUE(fleet) << (fleet ? "" : fleet.error().message);
    if (!fleet) return {};
    const auto host = (*fleet)->findHost(name);
    EXPECT_TRUE(host) << name;
    if (!host) return {};
    HostReader reader(**fleet, files_, [&](const std::string& path) {
      auto text = base::readFile(root_ + "/" + path);
      return text ? std::optional(*std::move(text)) : std::nullopt;
    });
    return reader.of(**host);
  }

  static bool covers(const HostReads& found, const std::string& path) {
    if (found.all || found.files.contains(path)) return true;
    for (const auto& tree : found.trees)
      if (path.starts_with(tree + "/")) return true;
    return false;
  }
  // Whether the host reads this file, and not all.
  void expectReads(const std::string& list, const std::vector<std::string>& paths) {
    modules(list);
    const auto found = reads();
    EXPECT_FALSE(found.all) << list << ": " << found.why;
    for (const auto& path : paths) EXPECT_TRUE(covers(found, path)) << list << " without " << path;
    for (const auto* path : {"dead.nix", "hosts/b.nix"}) EXPECT_FALSE(covers(found, path)) << list << " with " << path;
  }
  void expectAll(const std::string& list, const std::string& arguments = "{ inherit inputs; }") {
    modules(list, arguments);
    const auto found = reads();
    EXPECT_TRUE(found.all) << list;
    EXPECT_NE(found.why, "") << list;
  }

  std::string root_;
  FleetFiles files_;
};

TEST_F(HostReadsTest, FilesThatAreNamed) {
  expectReads("[ ./hosts/a.nix ]", {"hosts/a.nix"});
  expectReads("[ { imports = [ ./hosts/a.nix ]; } ]", {"hosts/a.nix"});
  expectReads("[ ({ lib, ... }: { x = builtins.readFile ./data/x; }) ]", {"data/x"});
  expectReads("[ { x = \"${./data}\"; } ]", {"data/x", "data/deep/y"});
  expectReads("[ { x = builtins.readFile (./data + \"/x\"); } ]", {"data/x"});
  expectReads("[ ({ config, ... }: { x = builtins.readFile (./data + \"/${config.y}\"); }) ]",
              {"data/x", "data/deep/y"});
  expectReads("[ ({ config, ... }: { x = builtins.readFile ./data/deep/${config.y}; }) ]", {"data/deep/y"});
  expectReads("[ ({ pkgs, ... }: { x = pkgs.callPackage ./shared.nix { }; }) ]", {"shared.nix"});
  expectReads("[ { home-manager.users.ada = ./shared.nix; } ]", {"shared.nix"});
  expectReads("[ { environment.etc.x.source = ./data; } ]", {"data/x", "data/deep/y"});
  expectReads("[ { age.secrets.x.file = ./data/x; } ]", {"data/x"});
  expectReads("[ ({ lib, ... }: { imports = lib.optionals true [ ./shared.nix ] ++ [ ./other.nix ]; }) ]",
              {"shared.nix", "other.nix"});
  expectReads("(let list = [ ./shared.nix ]; in list ++ [ ./other.nix ])", {"shared.nix", "other.nix"});
  expectReads("[ ({ x ? import ./shared.nix, ... }: { y = x; }) ]", {"shared.nix"});
  expectReads("[ { x = with import ./shared.nix; y; } ]", {"shared.nix"});
  expectReads("[ { x = let inherit (import ./shared.nix) y; in y; } ]", {"shared.nix"});
  expectReads("[ { x = (import ./shared.nix).y or (import ./other.nix); } ]", {"shared.nix", "other.nix"});
  expectReads("[ ({ lib, ... }: { x = map import [ ./shared.nix ./other.nix ]; }) ]", {"shared.nix", "other.nix"});
  expectReads("[ { x = rec { a = b; b = import ./shared.nix; }.a; } ]", {"shared.nix"});
}

TEST_F(HostReadsTest, WhatIsNotThereMayAppear) {
  modules("[ { x = if builtins.pathExists ./later.nix then 1 else 2; } ]");
  const auto found = reads();
  EXPECT_FALSE(found.all) << found.why;
  EXPECT_TRUE(found.files.contains("later.nix"));
}

TEST_F(HostReadsTest, FilesLeadToFiles) {
  write("hosts/a.nix", "{ ... }: { imports = [ ./more ../shared.nix ]; }");
  write("hosts/more/default.nix", "{ x = import ../../lib/f.nix; }");
  write("lib/f.nix", "x: builtins.readFile ../data/x");
  expectReads("[ ./hosts/a.nix ]", {"hosts/a.nix", "hosts/more/default.nix", "shared.nix", "lib/f.nix", "data/x"});
}

TEST_F(HostReadsTest, ThroughFunctionsOfTheFleet) {
  write("lib/mk.nix",
        "{ nixpkgs, inputs }: name: more: nixpkgs.lib.nixosSystem { specialArgs = { inherit inputs; };\n"
        "  modules = [ ../shared.nix ../hosts/${name}.nix { networking.hostName = name; } ] ++ more; }");
  flake(
      "let mk = import ./lib/mk.nix { inherit nixpkgs inputs; }; in { nixosConfigurations = { a = mk \"a\" [ ]; b = mk \"b\" [ "
      "./other.nix ]; }; }");
  auto found = reads();
  EXPECT_FALSE(found.all) << found.why;
  for (const auto* path : {"lib/mk.nix", "shared.nix", "hosts/a.nix"}) EXPECT_TRUE(covers(found, path)) << path;
  for (const auto* path : {"hosts/b.nix", "other.nix", "dead.nix"}) EXPECT_FALSE(covers(found, path)) << path;
  found = reads("b");
  EXPECT_FALSE(found.all) << found.why;
  EXPECT_TRUE(covers(found, "other.nix"));
  EXPECT_FALSE(covers(found, "hosts/a.nix"));
}

TEST_F(HostReadsTest, NamesOfADirectoryThatMakeHosts) {
  flake(
      "{ nixosConfigurations = builtins.mapAttrs (file: _: nixpkgs.lib.nixosSystem { modules = [ (./hosts + \"/${file}\") ]; }) "
      "(builtins.readDir ./hosts); }");
  const auto found = reads("a.nix");
  EXPECT_FALSE(found.all) << found.why;
  EXPECT_TRUE(covers(found, "hosts/a.nix"));
  EXPECT_TRUE(found.names.contains("hosts"));
  EXPECT_FALSE(covers(found, "dead.nix"));
}

TEST_F(HostReadsTest, AHostThatLooksAtAnother) {
  flake(
      "let mk = name: modules: nixpkgs.lib.nixosSystem { modules = [ ./hosts/${name}.nix ] ++ modules; }; b = mk \"b\" [ ]; in {\n"
      "  nixosConfigurations = { inherit b; a = mk \"a\" [ { x = b.config.networking.hostName; } ]; }; }");
  EXPECT_TRUE(covers(reads(), "hosts/b.nix"));
  flake(
      "let mk = name: modules: nixpkgs.lib.nixosSystem { modules = [ ./hosts/${name}.nix ] ++ modules; }; in {\n"
      "  nixosConfigurations = { b = mk \"b\" [ ]; a = mk \"a\" [ { x = (mk \"b\" [ ]).config.networking.hostName; } ]; }; }");
  EXPECT_TRUE(covers(reads(), "hosts/b.nix"));
  modules("[ ({ inputs, ... }: { x = inputs.self.nixosConfigurations.b.config.networking.hostName; }) ]");
  EXPECT_TRUE(covers(reads(), "hosts/b.nix"));
  flake(
      "let all = rec { b = nixpkgs.lib.nixosSystem { modules = [ ./hosts/b.nix ]; }; a = nixpkgs.lib.nixosSystem { modules = [ { x = b; } "
      "]; }; }; in { nixosConfigurations = all; }");
  EXPECT_TRUE(covers(reads(), "hosts/b.nix"));
}

TEST_F(HostReadsTest, ArgumentsBesideModules) {
  flake(
      "{ nixosConfigurations.a = nixpkgs.lib.nixosSystem { pkgs = import nixpkgs { overlays = [ (import ./other.nix) ]; }; modules = [ ]; "
      "}; }");
  EXPECT_TRUE(covers(reads(), "other.nix"));
  modules("[ ({ table, ... }: { x = table; }) ]", "{ table = import ./other.nix; }");
  const auto found = reads();
  EXPECT_TRUE(covers(found, "other.nix"));
  EXPECT_FALSE(found.all) << found.why;
}

TEST_F(HostReadsTest, AllFiles) {
  expectAll("[ { x = ./.; } ]");
  expectAll("[ { x = \"${./.}\"; } ]");
  expectAll("[ { x = toString ./.; } ]");
  expectAll("[ { x = toString ./hosts/a.nix; } ]");
  expectAll("[ { x = builtins.toString ./data/x; } ]");
  expectAll("[ ({ config, ... }: { x = import (./. + \"/${config.y}\"); }) ]");
  expectAll("[ ({ config, ... }: { x = import (./. + config.y); }) ]");
  expectAll("[ ({ config, ... }: { x = ./${config.y}; }) ]");
  expectAll("[ { x = builtins.path { path = ./.; }; } ]");
  expectAll("[ ({ lib, ... }: { x = lib.fileset.toSource { root = ./.; fileset = ./data; }; }) ]");
  expectAll("[ { x = builtins.readFile (dirOf ./hosts/a.nix + \"/b.nix\"); } ]");
  expectAll("[ { x = let up = \"../shared.nix\"; in builtins.readFile (./hosts + \"/${up}\"); } ]");
  expectAll("[ { x = builtins.readFile (builtins.unsafeGetAttrPos \"a\" { a = 1; }).file; } ]");
  expectAll("[ { x = __curPos.file; } ]");
  expectAll("[ { x = ./data; } ]");  // whoever takes it may make a text of it
  expectAll("[ (let d = ./data; in { x = builtins.readFile (d + \"/../shared.nix\"); }) ]");
  expectAll("[ ({ inputs, ... }: { x = inputs.self; }) ]");
  expectAll("[ ({ inputs, ... }: { x = \"${inputs.self}/data\"; }) ]");
  expectAll("[ ({ inputs, ... }: { x = inputs.self.outPath; }) ]");
  expectAll("[ ({ inputs, ... }: { nix.registry = builtins.mapAttrs (_: flake: { inherit flake; }) inputs; }) ]");
  expectAll("[ ({ inputs, ... }: { x = with inputs; self; }) ]");
  expectAll("[ (args: { x = args.inputs.self; }) ]");
  expectAll("[ (args: { x = let inherit (args.inputs) self; in self; }) ]");
  expectAll("[ { x = self.outPath; } ]");
  expectAll("[ { x = self; } ]");
  expectAll("[ { x = builtins.getFlake (toString ./.); } ]");
  expectAll("[ ({ src, ... }: { x = src; }) ]", "{ src = self; }");
  expectAll("[ ({ config, ... }: { x = config.clan.core.settings.directory; }) ]");
  expectAll("[ ({ options, ... }: { x = options.a.declarations; }) ]");
  // The manual says where an option is declared.
  expectAll("[ { documentation.nixos.includeAllModules = true; } ]");
  expectAll("[ ({ lib, ... }: { documentation = lib.mkIf true { nixos.extraModules = [ ./shared.nix ]; }; }) ]");
}

TEST_F(HostReadsTest, LinksLeadAnywhere) {
  link("data/link", "../shared.nix");
  expectAll("[ { x = \"${./data}\"; } ]");
  link("way", "hosts");
  expectAll("[ ./way/a.nix ]");
}

TEST_F(HostReadsTest, FactsOfTheSourceAreNoFiles) {
  expectReads("[ { system.configurationRevision = self.rev or \"none\"; } ]", {});
}

// flake-parts and the like: fleetd evaluates what makes hosts by itself, so it goes by the text of all files.
TEST_F(HostReadsTest, ByText) {
  write(
      "modules/a.nix",
      "{ inputs, ... }: { flake.nixosConfigurations.a = inputs.nixpkgs.lib.nixosSystem { modules = [ ../hosts/a.nix ]; }; }");
  write("modules/c.nix", "{ flake.x = 1; }");
  write(
      "flake.nix",
      "{ inputs.nixpkgs.url = \"github:NixOS/nixpkgs\"; inputs.flake-parts.url = \"github:hercules-ci/flake-parts\"; outputs = "
      "inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } { systems = [ ]; imports = [ ./modules/a.nix ./modules/c.nix ]; }; }");
  auto found = reads();
  EXPECT_FALSE(found.all) << found.why;
  for (const auto* path : {"modules/a.nix", "modules/c.nix", "hosts/a.nix"}) EXPECT_TRUE(covers(found, path)) << path;
  EXPECT_FALSE(covers(found, "dead.nix"));
  write("modules/c.nix", "{ self, ... }: { flake.x = \"${self}\"; }");
  EXPECT_TRUE(reads().all);
  write("modules/c.nix", "{ inputs, ... }: { flake.x = inputs; }");
  EXPECT_TRUE(reads().all);
}

TEST_F(HostReadsTest, ModulesOfOthersMayTakeInputs) {
  write(
      "flake.lock",
      "{\"nodes\":{\"nixpkgs\":{\"locked\":{\"type\":\"github\",\"owner\":\"NixOS\",\"repo\":\"nixpkgs\",\"rev\":"
      "\"0000000000000000000000000000000000000000\",\"narHash\":\"sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"},"
      "\"original\":{\"type\":\"github\",\"owner\":\"NixOS\",\"repo\":\"nixpkgs\"}},\"their\":{\"locked\":{\"type\":\"github\","
      "\"owner\":\"x\",\"repo\":\"their\",\"rev\":\"0000000000000000000000000000000000000000\",\"narHash\":"
      "\"sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"},\"original\":{\"type\":\"github\",\"owner\":\"x\",\"repo\":"
      "\"their\"}},\"root\":{\"inputs\":{\"nixpkgs\":\"nixpkgs\",\"their\":\"their\"}}},\"root\":\"root\",\"version\":7}");
  const auto with = [&](const std::string& list) {
    write(
        "flake.nix",
        "{ inputs.nixpkgs.url = \"github:NixOS/nixpkgs\"; inputs.their.url = \"github:x/their\"; outputs = { self, nixpkgs, their }@inputs: "
        "{ nixosConfigurations.a = nixpkgs.lib.nixosSystem { specialArgs = { inherit inputs; }; modules = " +
            list + "; }; }; }");
    return reads();
  };
  EXPECT_TRUE(with("[ their.nixosModules.default ]").all);
  EXPECT_TRUE(with("[ ({ inputs, ... }: { imports = [ inputs.their.nixosModules.x ]; }) ]").all);
  const auto package = with("[ ({ inputs, ... }: { x = inputs.their.packages.x86_64-linux.default; }) ]");
  EXPECT_FALSE(package.all) << package.why;
}

}  // namespace
}  // namespace fleetd::fleet
