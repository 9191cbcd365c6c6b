# Homes inside systems: the plumbing, once per class, and one aggregate
# `user-<name>` per class and person, which hosts and services import.
{
  config,
  inputs,
  lib,
  ...
}:
let
  inherit (config) fleet;
  inherit (config.flake) users;

  plumbing.home-manager = {
    useGlobalPkgs = true;
    useUserPackages = true;
    backupFileExtension = "before-home-manager";
    extraSpecialArgs = { inherit fleet inputs; };
  };

  home = user: { home-manager.users.${user.identity.username}.imports = user.modules; };

  nixosAccount =
    user:
    { pkgs, ... }:
    {
      imports = [ (home user) ];

      users.users.${user.identity.username} = {
        isNormalUser = true;
        description = user.meta.fullName;
        home = user.identity.homes.linux;
        shell = pkgs.zsh;
        openssh.authorizedKeys.keys = user.meta.sshKeys;
      };
    };

  darwinAccount =
    user:
    { pkgs, ... }:
    {
      imports = [ (home user) ];

      users.knownUsers = [ user.identity.username ];
      users.users.${user.identity.username} = {
        description = user.meta.fullName;
        home = user.identity.homes.darwin;
        shell = pkgs.zsh;
        openssh.authorizedKeys.keys = user.meta.sshKeys;
      };
    };

  aggregates =
    account: lib.mapAttrs' (name: user: lib.nameValuePair "user-${name}" (account user)) users;
in
{
  flake.modules.nixos = lib.mkMerge [
    (aggregates nixosAccount)
    {
      base = {
        imports = [ inputs.home-manager.nixosModules.home-manager ];
      }
      // plumbing;
    }
  ];

  flake.modules.darwin = lib.mkMerge [
    (aggregates darwinAccount)
    {
      base = {
        imports = [ inputs.home-manager.darwinModules.home-manager ];
      }
      // plumbing;
    }
  ];
}
