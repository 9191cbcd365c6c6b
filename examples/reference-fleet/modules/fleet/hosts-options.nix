# Facts about a host that clan's inventory has no place for. Class, tags and
# deployment target stay in the inventory.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;

  # Made by `fleetd vars generate`, together with the identity of the host.
  addressFile = name: ../../vars/shared + "/zerotier-ip-${name}-zerotier/ip/value";

  member.options = {
    overlay4 = mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "Pinned IPv4 address in the overlay.";
    };

    overlay6 = mkOption {
      type = types.nullOr types.str;
      readOnly = true;
      description = "IPv6 address in the overlay; null before it is generated.";
    };

    sshPort = mkOption {
      type = types.port;
      default = 22;
    };
  };

  externalMember =
    { config, ... }:
    {
      imports = [ member ];

      options.memberId = mkOption {
        type = types.strMatching "[0-9a-f]{10}";
        description = "Overlay member id; the overlay address follows from it.";
      };

      config.overlay6 = overlayAddress config.memberId;
    };

  host =
    { name, config, ... }:
    {
      imports = [ member ];

      options = {
        system = mkOption {
          type = types.enum [
            "x86_64-linux"
            "aarch64-linux"
            "aarch64-darwin"
          ];
        };

        lifecycle = mkOption {
          type = types.enum [
            "physical"
            "enabled"
            "disabled"
            "retired"
          ];
          default = "physical";
          description = "Cloud hosts are switched on and off; laptops are just there.";
        };

        owner = mkOption {
          type = types.str;
          description = "Whose host it is, a name of flake.users.";
        };

        admin = mkOption {
          type = types.str;
          default = config.owner;
          description = "Who administers it, a name of flake.users.";
        };

        publicAddress = mkOption {
          type = types.nullOr types.str;
          default = null;
        };

        services = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "Names below the overlay's domain that lead to this host.";
        };

        names = mkOption {
          type = types.listOf types.str;
          readOnly = true;
          description = "All names of the host, the canonical one first.";
        };
      };

      config = {
        names = map (label: "${label}.${domain}") ([ name ] ++ config.services);
        overlay6 = if lib.pathExists (addressFile name) then lib.fileContents (addressFile name) else null;
      };
    };

  inherit (config.fleet.network) domain overlayAddress;
in
{
  options.fleet = {
    hosts = mkOption {
      type = types.attrsOf (types.submodule host);
      default = { };
    };

    externalMembers = mkOption {
      type = types.attrsOf (types.submodule externalMember);
      default = { };
      description = "Overlay members that this repository does not configure.";
    };
  };
}
