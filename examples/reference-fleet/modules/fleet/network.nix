# The overlay network: one place for its id, its names and its address rule.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.fleet.network;

  # fd, the network id, 9993 and the member id are 32 digits: eight groups of four.
  toAddress =
    memberId:
    let
      digits = "fd${cfg.id}9993${memberId}";
      group = index: lib.substring (4 * index) 4 digits;
    in
    lib.concatStringsSep ":" (lib.genList group 8);
in
{
  options.fleet.network = {
    id = mkOption {
      type = types.strMatching "[0-9a-f]{16}";
      description = "Network id, generated with the identity of the controller.";
    };

    domain = mkOption {
      type = types.str;
      default = "zt";
    };

    publicDomain = mkOption { type = types.str; };

    interfacePattern = mkOption {
      type = types.str;
      default = "zt*";
    };

    prefix4 = mkOption {
      type = types.str;
      description = "IPv4 network of the overlay, three octets.";
    };

    resolvers = mkOption {
      type = types.nonEmptyListOf types.str;
      description = "Where names outside the overlay are looked up.";
    };

    overlayAddress = mkOption {
      type = types.functionTo types.str;
      readOnly = true;
      description = "Member id to IPv6 address.";
    };
  };

  config.fleet.network = {
    id = lib.fileContents ../../vars/shared/zerotier-network-zerotier/network-id/value;
    publicDomain = "quarry.example.org";
    prefix4 = "192.0.2";
    resolvers = [
      "9.9.9.9"
      "149.112.112.112"
      "2620:fe::fe"
    ];
    overlayAddress = toAddress;
  };
}
