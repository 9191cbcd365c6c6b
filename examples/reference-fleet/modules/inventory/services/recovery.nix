# Two ways in when the overlay is down: the console and an onion address.
{
  clan.inventory.instances = {
    emergency-access = {
      module.input = "clan-core";
      roles.default.tags = [ "nixos" ];
    };

    tor = {
      module.input = "clan-core";
      roles.server = {
        tags = [ "always-on" ];
        settings.portMapping = [
          {
            port = 22;
            target.port = 22;
          }
        ];
      };
    };
  };
}
