# What a host is in its fleet, for its own modules to read. The same for every class.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  imports = [ ./secrets.nix ];

  options.fleet.host = {
    name = mkOption {
      type = types.str;
      readOnly = true;
      description = "Name of the host in the fleet.";
    };
    class = mkOption {
      type = types.enum [
        "nixos"
        "darwin"
        "home"
      ];
      readOnly = true;
      description = "What kind of host it is.";
    };
    tags = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Its tags, own and computed.";
    };
    # Not read-only: its default would count as a second definition beside that of installing.nix.
    installing = mkOption {
      type = types.bool;
      default = false;
      description = "Whether its disks are being made: true in the configuration that an installation takes disko's script from.";
    };
  };
}
