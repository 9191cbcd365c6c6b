// The generated fleets: every host's complete configuration equals Nix's.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

// Level F in short: the outer modules contribute to flake.modules.<class>.<aggregate>.
constexpr const char* kOuter = R"nix(
{ lib, files, fleet }:
let
  flakeModules.options.flake.modules = lib.mkOption {
    type = lib.types.lazyAttrsOf (lib.types.lazyAttrsOf lib.types.deferredModule);
    default = { };
    apply = lib.mapAttrs (class: lib.mapAttrs (name: module: { ... }: {
      _class = class;
      _file = "flake.modules.${class}.${name}";
      imports = [ module ];
    }));
  };
  inherit ((lib.evalModules { modules = [ flakeModules ] ++ files; }).config) flake;
in
builtins.mapAttrs (_: host: (lib.evalModules {
  inherit (host) class;
  modules = map (aggregate: flake.modules.${host.class}.${aggregate}) host.aggregates;
}).config) fleet.hosts
)nix";

void walk(const std::filesystem::path& directory, std::vector<std::string>& out) {
  std::vector<std::filesystem::path> entries;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  for (const auto& entry : entries) {
    if (std::filesystem::is_directory(entry))
      walk(entry, out);
    else if (entry.extension() == ".nix")
      out.push_back(entry.string());
  }
}

TEST(Fleets, N8S1) {
  const std::string repository = FLEETD_CONFORMANCE_DIR "/fleets/n8-s1";
  std::vector<std::string> paths;
  walk(repository + "/modules", paths);
  Nix nix;
  std::vector<lang::Value> files;
  for (const std::string& path : paths) files.push_back(nix.ev.path(path));
  const std::string text = "builtins.fromJSON (builtins.readFile \"" + repository + "/fleet.json\")";
  const lang::Value fn = nix.ev.evalText("«fleet»", kOuter, "/");
  ASSERT_FALSE(fn.isError()) << fn.error->message;
  const lang::Value hosts = nix.ev.call(
      fn,
      nix.ev.attrs(
          {{"lib", nix.ev.lib()}, {"files", nix.ev.list(files)}, {"fleet", nix.ev.evalText("«json»", text, "/")}}),
      0);
  base::Json got;
  lang::Value error;
  ASSERT_TRUE(toJson(nix.ev, hosts, &got, &error)) << error.error->message;
  auto expected = base::parseJson(replaced(readText(repository + "/expected.json"), "@DIR@", repository));
  ASSERT_TRUE(expected.ok());
  std::string where;
  EXPECT_TRUE(sameJson(*expected, got, &where)) << "at " << where;
}

}  // namespace
}  // namespace fleetd::compose::test
