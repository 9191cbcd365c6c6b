# The name server of the overlay: every member, every service name, both
# address families where a host has both.
{ config, ... }:
let
  inherit (config.fleet) externalMembers hosts network;
in
{
  flake.modules.nixos.overlay-controller =
    { config, lib, ... }:
    let
      record =
        names: member:
        lib.concatStringsSep "," (
          names
          ++ lib.optional (member.overlay4 != null) member.overlay4
          ++ lib.optional (member.overlay6 != null) member.overlay6
        );

      members = lib.filterAttrs (_: host: host.lifecycle != "retired") hosts;
    in
    {
      services.dnsmasq = {
        enable = true;
        resolveLocalQueries = true;
        settings = {
          local = "/${network.domain}/";
          domain = network.domain;
          server = network.resolvers;
          interface = network.interfacePattern;
          bind-dynamic = true;
          no-resolv = true;
          no-hosts = true;
          cache-size = 4096;
          host-record =
            lib.mapAttrsToList (_: host: record host.names host) members
            ++ lib.mapAttrsToList (name: member: record [ "${name}.${network.domain}" ] member) externalMembers;
        };
      };

      services.resolved.enable = lib.mkForce false;

      networking.firewall.interfaces.${network.interfacePattern} = {
        allowedUDPPorts = [ 53 ];
        allowedTCPPorts = [ 53 ];
      };

      # The controller hands out IPv4 addresses of this range.
      environment.etc."zerotier/pool.json".text = builtins.toJSON {
        network = network.id;
        ipAssignmentPools = [
          {
            ipRangeStart = "${network.prefix4}.1";
            ipRangeEnd = "${network.prefix4}.254";
          }
        ];
        routes = [ { target = "${network.prefix4}.0/24"; } ];
        dns = {
          inherit (network) domain;
          servers = [ hosts.cinnabar.overlay4 ];
        };
      };

      boot.kernel.sysctl = {
        "net.ipv4.ip_forward" = lib.mkDefault 1;
        "net.ipv6.ip_nonlocal_bind" = 1;
      };

      assertions = [
        {
          assertion = hosts.${config.networking.hostName}.overlay4 != null;
          message = "Members ask ${config.networking.hostName} for names, but no address of it is pinned.";
        }
      ];
    };
}
