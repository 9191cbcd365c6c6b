# The users registry. A user is described once; embedded homes, standalone homes
# and accounts are all derived from here.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;

  registry = config.flake.users;
  aggregates = config.flake.modules.homeManager;

  # One clear message instead of a missing attribute deep inside a home.
  aggregate =
    user: name:
    aggregates.${name} or (throw "user ${user} wants the home aggregate ${name}, which nothing defines");

  meta = {
    options = {
      fullName = mkOption { type = types.str; };

      email = mkOption { type = types.strMatching "[^@ ]+@[^@ ]+"; };

      forge = mkOption {
        type = types.nullOr types.str;
        default = null;
        description = "Account name at the forge, if any.";
      };

      sshKeys = mkOption {
        type = types.listOf types.singleLineStr;
        default = [ ];
      };

      signingKey = mkOption {
        type = types.nullOr types.singleLineStr;
        default = null;
        description = "Public key that commits are signed with.";
      };
    };
  };

  identity =
    { config, ... }:
    {
      options = {
        username = mkOption { type = types.str; };

        homeRoots = {
          linux = mkOption {
            type = types.path;
            default = "/home";
          };
          darwin = mkOption {
            type = types.path;
            default = "/Users";
          };
        };

        homes = mkOption {
          type = types.attrsOf types.path;
          readOnly = true;
          description = "Home directory by kernel.";
        };
      };

      config.homes = lib.mapAttrs (_: root: "${root}/${config.username}") config.homeRoots;
    };

  user =
    { name, config, ... }:
    let
      base = registry.${config.aliasOf};
    in
    {
      options = {
        aliasOf = mkOption {
          type = types.nullOr types.str;
          default = null;
          description = "The same person under another account name.";
        };

        meta = mkOption { type = types.submodule meta; };

        aggregates = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "Home aggregates, by name.";
        };

        content = mkOption {
          type = types.deferredModule;
          default = { };
          description = "What only this person's home has.";
        };

        identity = mkOption {
          type = types.submodule identity;
          default = { };
        };

        modules = mkOption {
          type = types.listOf types.raw;
          readOnly = true;
          description = "All modules of the home, ready to import.";
        };
      };

      config = lib.mkMerge [
        {
          identity.username = lib.mkDefault name;

          modules = map (aggregate name) config.aggregates ++ [
            config.content
            { home.username = lib.mkForce config.identity.username; }
          ];
        }

        (lib.mkIf (config.aliasOf != null) {
          meta = lib.mapAttrs (_: lib.mkDefault) base.meta;
          aggregates = base.aggregates;
          content = base.content;
        })
      ];
    };
in
{
  options.flake.users = mkOption {
    type = types.lazyAttrsOf (types.submodule user);
    default = { };
    description = "The people of the fleet.";
  };
}
