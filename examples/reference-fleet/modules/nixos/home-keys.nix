# The key that decrypts a person's own secrets, handed to homes on servers. One
# table writes into three option trees.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  inherit (config.flake) users;
in
{
  flake.modules.nixos.home-keys =
    { config, ... }:
    let
      inherit (config.clan.core.vars) generators;
      cfg = config.fleet.homeKeys;
      generator = user: "home-key-${user}";
    in
    {
      options.fleet.homeKeys = mkOption {
        type = types.attrsOf (
          types.submodule (
            { name, ... }:
            {
              options.person = mkOption {
                type = types.str;
                default = if users.${name}.aliasOf == null then name else users.${name}.aliasOf;
                description = "Whose secrets the key opens.";
              };
            }
          )
        );
        default = { };
      };

      config = {
        clan.core.vars.generators = lib.mapAttrs' (
          user: entry:
          lib.nameValuePair (generator user) {
            share = true;
            prompts.key = {
              type = "multiline-hidden";
              description = "Age identity of ${entry.person}";
              persist = true;
            };
            files.key = {
              owner = user;
              mode = "0400";
            };
          }
        ) cfg;

        home-manager.users = lib.mapAttrs (user: _: {
          sops.age.keyFile = lib.mkForce generators.${generator user}.files.key.path;
        }) cfg;

        assertions = lib.mapAttrsToList (user: _: {
          assertion = config.users.users.${user}.isNormalUser or false;
          message = "fleet.homeKeys.${user}: not an account of a person.";
        }) cfg;
      };
    };
}
