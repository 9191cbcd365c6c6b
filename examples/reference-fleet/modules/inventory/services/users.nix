# Accounts with a generated password. Keys and homes come from the users
# registry, through the aggregate `user-<name>`.
{ config, ... }:
let
  inherit (config.flake.modules) nixos;

  module = {
    name = "users";
    input = "clan-core";
  };
in
{
  clan.inventory.instances = {
    user-cameron = {
      inherit module;
      roles.default = {
        tags = [ "nixos" ];
        settings = {
          user = "cameron";
          groups = [
            "wheel"
            "systemd-journal"
          ];
          share = true;
          prompt = false;
        };
        extraModules = [ nixos.user-cameron ];
      };
    };

    user-raquel = {
      inherit module;
      roles.default = {
        machines = {
          galena = { };
          scheelite.settings.groups = [ "render" ];
        };
        settings = {
          user = "raquel";
          groups = [ "video" ];
          share = true;
          prompt = false;
        };
        extraModules = [ nixos.user-raquel ];
      };
    };
  };
}
