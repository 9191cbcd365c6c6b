# What the plugin tor sets on oak.
{ config, lib, ... }:
{
  _file = "plugin tor";
  config = lib.mkMerge [
    {
      services.tor.enable = true;
      services.tor.torsocks.enable = true;
      services.tor.client.enable = true;
    }
    {
      services.tor.enable = true;
      services.tor.relay.onionServices.clan_tor.version = 3;
      services.tor.relay.onionServices.clan_tor.map = [
        {
          port = 22;
          target.port = 22;
        }
      ];
      services.tor.relay.onionServices.clan_tor.secretKey = config.clan.core.vars.generators.tor_tor.files.hs_ed25519_secret_key.path;
      clan.core.vars.generators.tor_tor = {
        builtin = {
          generator = "onion-service";
          hostname = "hostname";
          key = "hs_ed25519_secret_key";
        };
        files = {
          hostname = { };
          hs_ed25519_secret_key = { };
        };
      };
    }
  ];
}
