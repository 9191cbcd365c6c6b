# What the plugin users sets on oak.
{ config, lib, ... }:
{
  _file = "plugin users";
  config = lib.mkMerge [
    {
      users.users.ada.openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAA ada" ];
      users.users.ada.isNormalUser = true;
      users.users.ada.extraGroups = [ "wheel" ];
      users.users.ada.hashedPasswordFile = config.clan.core.vars.generators.user-password-ada.files.user-password-hash.path;
      clan.core.vars.generators.user-password-ada = {
        builtin = {
          file = "user-password";
          generator = "password";
          hash = "user-password-hash";
          words = 6;
        };
        files = {
          user-password.deploy = false;
          user-password-hash.neededFor = "users";
        };
        prompts.user-password = {
          description = "Leave empty to generate one";
          persist = true;
          type = "hidden";
        };
      };
    }
    {
      clan.core.vars.generators.user-password-ada.prompts.user-password.display = {
        group = "ada";
        label = "password";
        required = false;
      };
      clan.core.vars.generators.user-password-ada.files.user-password-hash.restartUnits = (lib.optional (config.services.userborn.enable or false) "userborn.service");
      users.mutableUsers = false;
    }
  ];
}
