# flake-utils: outputs written once for every system.
{ lib, kernel, ... }:
let
  defaultSystems = [
    "aarch64-linux"
    "aarch64-darwin"
    "x86_64-darwin"
    "x86_64-linux"
  ];

  # { <system> = { <output> = value; }; } turned into { <output>.<system> = value; }.
  bySystem =
    results:
    lib.foldlAttrs (
      outputs: system: result:
      lib.foldlAttrs (
        sum: output: value:
        sum // { ${output} = sum.${output} or { } // { ${system} = value; }; }
      ) outputs result
    ) { } results;

  eachSystem = systems: f: bySystem (lib.genAttrs systems f);
  eachSystemMap = lib.genAttrs;
in
{
  lib = {
    inherit defaultSystems eachSystem eachSystemMap;
    allSystems = lib.systems.doubles.all;
    eachDefaultSystem = eachSystem defaultSystems;
    eachDefaultSystemMap = eachSystemMap defaultSystems;
    # Merges the outputs as they are, without a system between.
    eachSystemPassThrough = systems: f: lib.foldl' (sum: system: sum // f system) { } systems;
    eachDefaultSystemPassThrough = f: lib.foldl' (sum: system: sum // f system) { } defaultSystems;
    system = lib.genAttrs lib.systems.doubles.all (system: system);
    meld = inputs: lib.foldl' (sum: part: lib.recursiveUpdate sum (import part inputs)) { };
    mkApp =
      {
        drv,
        name ? drv.pname or drv.name,
        exePath ? drv.passthru.exePath or "/bin/${name}",
      }:
      {
        type = "app";
        program = "${drv}${exePath}";
      };
    flattenTree = kernel.unknown "flake-utils.lib.flattenTree";
    filterPackages = kernel.unknown "flake-utils.lib.filterPackages";
    simpleFlake = kernel.unknown "flake-utils.lib.simpleFlake";
  };
}
