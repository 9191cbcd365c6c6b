# What the plugin emergency-access sets on oak.
{ config, ... }:
{
  _file = "plugin emergency-access";
  config = {
    clan.core.vars.generators.emergency-access = {
      builtin = {
        file = "password";
        generator = "password";
        hash = "password-hash";
        words = 6;
      };
      files = {
        password.deploy = false;
        password-hash.secret = false;
      };
    };
    boot.initrd.systemd.emergencyAccess = config.clan.core.vars.generators.emergency-access.files.password-hash.value;
  };
}
