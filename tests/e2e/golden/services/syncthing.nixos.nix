# What the plugin syncthing sets on oak.
{ config, lib, ... }:
{
  _file = "plugin syncthing";
  config = {
    clan.core.vars.generators.syncthing = {
      builtin.generator = "syncthing-device";
      files = {
        api = { };
        cert = { };
        id.secret = false;
        key = { };
      };
    };
    services.syncthing.enable = true;
    services.syncthing.configDir = "/var/lib/syncthing";
    services.syncthing.group = "syncthing";
    services.syncthing.key = lib.mkDefault config.clan.core.vars.generators.syncthing.files.key.path;
    services.syncthing.cert = lib.mkDefault config.clan.core.vars.generators.syncthing.files.cert.path;
    services.syncthing.settings.devices = {
      fir = {
        addresses = [ "dynamic" "tcp://fir.yard.example.org:22000" ];
        id = "FIR-ID";
        name = "fir";
      };
      phone = {
        addresses = [ "dynamic" ];
        id = "PHONE-ID";
        name = "phone";
      };
    };
    services.syncthing.settings.folders = {
      grain = {
        devices = [ "fir" "phone" ];
        ignorePerms = false;
        path = "/srv/grain";
        rescanIntervalS = 3600;
        type = "sendonly";
        versioning = {
          params = { };
          type = "trashcan";
        };
      };
    };
    services.syncthing.openDefaultPorts = true;
    networking.firewall.allowedTCPPorts = [ 8384 22000 ];
    networking.firewall.allowedUDPPorts = [ 22000 21027 ];
    boot.kernel.sysctl."fs.inotify.max_user_watches" = lib.mkOverride 900 524288;
  };
}
