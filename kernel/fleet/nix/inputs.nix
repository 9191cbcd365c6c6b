# Flake inputs that fleetd knows natively, by what they are, not by what a flake calls them.
{
  lib,
  kernel,
  hosts,
  home,
  flakeParts,
  importTree,
  clan,
  deploy,
  flakeUtils,
  evalHost,
  fleetLib,
  ...
}:
let
  packages =
    name: system: evalHost.packagesFor (kernel.unknown (if name == "nixpkgs" then "pkgs" else "${name}.pkgs")) system;
in
{
  nixpkgs = name: {
    lib = fleetLib // {
      nixosSystem = hosts.nixos;
    };
    legacyPackages = lib.genAttrs lib.systems.flakeExposed (packages name);
    # What `import nixpkgs { … }` calls.
    _fleetdImport =
      args:
      packages name (
        if args ? system then
          args.system
        else if args ? localSystem then
          args.localSystem.system or args.localSystem
        else
          null
      );
  };

  flakeParts = _: { inherit (flakeParts) lib flakeModules flakeModule; };

  importTree = _: importTree;

  homeManager = _: {
    lib = {
      homeManagerConfiguration = hosts.home;
      inherit (kernel.homeLib) hm;
    };
    nixosModules = {
      home-manager = home.nixosModule;
      default = home.nixosModule;
    };
    darwinModules = {
      home-manager = home.darwinModule;
      default = home.darwinModule;
    };
    flakeModules = {
      home-manager = home.flakeModule;
      default = home.flakeModule;
    };
  };

  nixDarwin = _: {
    lib = {
      darwinSystem = hosts.darwin;
    };
  };

  clan = _: {
    lib = {
      inherit (clan.lib) clan;
      buildClan = args: (clan.lib.clan args).config;
    };
    flakeModules = {
      default = clan.flakeModule;
    };
    flakeModule = clan.flakeModule;
  };

  colmena = _: {
    lib = {
      makeHive = deploy.hive;
    };
  };

  flakeUtils = _: flakeUtils;

  # nix-systems/<repository>: importing it gives a list of systems.
  systems =
    repository:
    let
      pick = keep: lib.filter keep [
        "aarch64-darwin"
        "aarch64-linux"
        "x86_64-darwin"
        "x86_64-linux"
      ];
    in
    {
      _fleetdImport =
        if repository == "default" then
          pick (_: true)
        else if lib.hasPrefix "default-" repository then
          pick (lib.hasSuffix (lib.removePrefix "default" repository))
        else
          [ repository ];
    };
}
