# The flake of a repository that has none: its modules evaluated together, and its hosts built from the aggregates they name.
#   inputs  what Nix passes to the outputs of a flake; nixpkgs is one of them
#   root    the directory of the repository
#   files   paths of its modules, relative
#   hosts   hosts.nix: class -> name -> { modules, system, aggregates } or { failed }
{
  inputs,
  root,
  files,
  hosts,
}:
let
  inherit (inputs.nixpkgs) lib;
  inherit (lib) mkOption types;
  extend = import ./extend.nix { inherit inputs; };
  # Written for repositories with an inventory.
  clan =
    if builtins.pathExists ./clan then
      import ./native-clan.nix {
        inherit lib;
        parts = ./clan;
        exports = import ../exports.nix;
      }
    else
      null;

  moduleClass = {
    nixos = "nixos";
    darwin = "darwin";
    home = "homeManager";
  };

  core =
    { config, ... }:
    {
      _file = "fleetd: repository";
      options = {
        systems = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "Systems the repository is for.";
        };
        perSystem = mkOption {
          type = types.deferredModule;
          default = { };
          description = "Outputs for each system; no part of a host.";
        };
        fleet = mkOption {
          type = types.submodule {
            freeformType = types.lazyAttrsOf types.anything;
            options.machines = mkOption {
              type = types.lazyAttrsOf (types.submodule machine);
              default = { };
              description = "Hosts of a repository that has no flake.";
            };
          };
          default = { };
          description = "The fleet.";
        };
        flake = mkOption {
          type = types.submodule {
            freeformType = types.lazyAttrsOf types.raw;
            options.modules = mkOption {
              type = types.lazyAttrsOf (types.lazyAttrsOf types.deferredModule);
              default = { };
              apply = lib.mapAttrs (
                class:
                lib.mapAttrs (
                  name: module:
                  {
                    _file = "${toString root}#modules.${class}.${name}";
                    imports = [ module ];
                  }
                  // lib.optionalAttrs (class != "generic") { _class = class; }
                )
              );
              description = "Modules by class and name; all contributions to one name are one aggregate.";
            };
          };
          default = { };
          description = "Outputs.";
        };
      };
      config._module.args = rec {
        getSystem = system: {
          inherit system lib;
          pkgs = inputs.nixpkgs.legacyPackages.${system};
        };
        withSystem = system: f: f (getSystem system);
      };
    };

  machine.options = {
    class = mkOption {
      type = types.enum [
        "nixos"
        "darwin"
        "home"
      ];
      default = "nixos";
      description = "What kind of host it is.";
    };
    system = mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "The platform it runs on.";
    };
    tags = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Its tags.";
    };
    aggregates = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Aggregates it consists of.";
    };
    modules = mkOption {
      type = types.listOf types.raw;
      default = [ ];
      description = "Further modules.";
    };
    plugins = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Further plugins of fleetd.";
    };
  };

  inherit
    (lib.evalModules {
      class = "flake";
      specialArgs = {
        inherit inputs;
        inherit (inputs) self;
        moduleLocation = toString root;
        flake-parts-lib.mkPerSystemOption = _: mkOption { type = types.deferredModule; };
      };
      modules = [ core ] ++ lib.optional (clan != null) clan.flakeModule ++ map (file: root + "/${file}") files;
    })
    config
    ;

  make = {
    nixos =
      name: system: modules: specialArgs:
      inputs.nixpkgs.lib.nixosSystem (
        { inherit modules specialArgs; } // lib.optionalAttrs (system != null) { inherit system; }
      );
    darwin =
      name: system: modules: specialArgs:
      inputs.nix-darwin.lib.darwinSystem (
        { inherit modules specialArgs; } // lib.optionalAttrs (system != null) { inherit system; }
      );
    home =
      name: system: modules: _:
      inputs.home-manager.lib.homeManagerConfiguration {
        inherit modules;
        pkgs =
          inputs.nixpkgs.legacyPackages.${
            if system == null then throw "the home ${name} does not say for which system it is" else system
          };
      };
  };

  # What brings secrets to machines, where the build tree has it.
  secrets =
    class: lib.optional (inputs ? sops-nix && class != "home") inputs.sops-nix."${class}Modules".sops;

  hostsOf =
    class:
    builtins.mapAttrs (
      name: host:
      if host ? failed then
        throw host.failed
      else
        let
          declared = config.fleet.machines.${name} or { };
          aggregates = host.aggregates or declared.aggregates or [ ];
          # The inventory's machines, unless the repository says by itself what the host is made of.
          machine =
            if host ? aggregates || config.fleet.machines ? ${name} then
              { }
            else
              config.flake."${class}Configurations".${name} or { };
        in
        extend host (
          make.${class} name (host.system or declared.system or null) (
            (machine.modules or declared.modules or [ ])
            ++ map (aggregate: config.flake.modules.${moduleClass.${class}}.${aggregate}) aggregates
            ++ secrets class
          ) (machine.specialArgs or { })
        )
    ) (hosts.${class} or { });
in
config.flake
// rec {
  nixosConfigurations = hostsOf "nixos";
  darwinConfigurations = hostsOf "darwin";
  homeConfigurations = hostsOf "home";
  fleetdGenerators = import ./generators.nix {
    configurations = {
      nixos = nixosConfigurations;
      darwin = darwinConfigurations;
      home = homeConfigurations;
    };
  };
}
