# What the plugin syncthing sets on ada@desk.
{ ... }:
{
  _file = "plugin syncthing";
  config = {
    services.syncthing.enable = true;
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
  };
}
