# home-manager inside a system: `home-manager.users.<name>` is a home evaluated as a submodule of class homeManager.
{ lib, kernel, evalHost, ... }:
let
  inherit (kernel) homeLib;

  # What every home has, however it is delivered.
  base = [ ];

  system =
    class:
    {
      config,
      options,
      lib,
      pkgs,
      ...
    }:
    let
      cfg = config.home-manager;
    in
    {
      _file = "fleetd: home-manager";
      options.home-manager = {
        useGlobalPkgs = lib.mkOption {
          type = lib.types.bool;
          default = false;
          description = "Whether homes use the system's package set.";
        };
        useUserPackages = lib.mkOption {
          type = lib.types.bool;
          default = false;
          description = "Whether packages of homes are installed through the user accounts.";
        };
        backupFileExtension = lib.mkOption {
          type = lib.types.nullOr lib.types.str;
          default = null;
          description = "Suffix given to files that stand in the way of a home's own.";
        };
        backupCommand = lib.mkOption {
          type = lib.types.nullOr (lib.types.either lib.types.str lib.types.path);
          default = null;
          description = "Program that moves files out of the way.";
        };
        overwriteBackup = lib.mkOption {
          type = lib.types.bool;
          default = false;
          description = "Whether an older backup may be replaced.";
        };
        startAsUserService = lib.mkOption {
          type = lib.types.bool;
          default = false;
          description = "Whether homes are activated by a user service.";
        };
        enableLegacyProfileManagement = lib.mkOption {
          type = lib.types.bool;
          default = false;
          description = "Whether per-user profiles of older releases are kept.";
        };
        verbose = lib.mkOption {
          type = lib.types.bool;
          default = false;
          description = "Whether activation prints what it does.";
        };
        minimal = lib.mkOption {
          type = lib.types.bool;
          default = false;
          description = "Whether only the core modules of homes are loaded.";
        };
        extraSpecialArgs = lib.mkOption {
          type = lib.types.attrs;
          default = { };
          description = "Further arguments of home modules.";
        };
        sharedModules = lib.mkOption {
          type = lib.types.listOf lib.types.raw;
          default = [ ];
          description = "Modules of every home on this host.";
        };
        users = lib.mkOption {
          type = lib.types.attrsOf (
            lib.types.submoduleWith {
              class = "homeManager";
              specialArgs = {
                lib = homeLib;
                osConfig = config;
                osClass = class;
                modulesPath = kernel.unknown "modulesPath";
              }
              // cfg.extraSpecialArgs;
              modules = [
                (kernel.platform "home")
                (
                  { name, ... }:
                  {
                    _file = "fleetd: home-manager";
                    _module.args.pkgs = lib.mkOverride 1400 pkgs;
                    home.username = lib.mkOverride 1400 name;
                    submoduleSupport.enable = true;
                    submoduleSupport.externalPackageInstall = cfg.useUserPackages;
                  }
                )
              ]
              ++ base
              ++ cfg.sharedModules;
            }
          );
          default = { };
          description = "Homes on this host.";
        };
      };
    };
in
{
  inherit base;
  lib = homeLib;
  nixosModule = system "nixos";
  darwinModule = system "darwin";

  # The flake-parts module: outputs for homes and home modules.
  flakeModule =
    { moduleLocation, ... }:
    {
      _file = "fleetd: home-manager flake module";
      key = "fleetd: home-manager flake module";
      options.flake = {
        homeConfigurations = lib.mkOption {
          type = lib.types.lazyAttrsOf lib.types.raw;
          default = { };
          description = "Standalone homes.";
        };
        homeModules = lib.mkOption {
          type = lib.types.lazyAttrsOf lib.types.deferredModule;
          default = { };
          description = "Home modules for others.";
          apply = lib.mapAttrs (
            name: module: {
              _class = "homeManager";
              _file = "${toString moduleLocation}#homeModules.${name}";
              imports = [ module ];
            }
          );
        };
      };
    };
}
