# What the plugin recommended-defaults sets on oak.
{ config, lib, pkgs, ... }:
{
  _file = "plugin recommended-defaults";
  config = lib.mkMerge [
    {
      nix.settings.experimental-features = [ "nix-command" "flakes" ];
      nix.settings.connect-timeout = lib.mkDefault 5;
      nix.settings.log-lines = lib.mkDefault 25;
      nix.settings.builders-use-substitutes = lib.mkDefault true;
      nix.settings.min-free = lib.mkDefault 536870912;
      nix.settings.max-free = lib.mkDefault 3145728000;
      environment.systemPackages = [ pkgs.dnsutils pkgs.tcpdump pkgs.curl pkgs.jq pkgs.htop pkgs.git ];
      documentation.doc.enable = lib.mkDefault false;
      documentation.info.enable = lib.mkDefault false;
      networking.domain = lib.mkDefault "yard.example.org";
    }
    {
      environment.systemPackages = [ pkgs.nixos-facter ];
      clan.core.vars.generators.state-version = {
        builtin = {
          file = "version";
          generator = "text";
          text = "25.11";
        };
        files.version.secret = false;
      };
      system.stateVersion = lib.mkDefault config.clan.core.vars.generators.state-version.files.version.value;
      networking.useNetworkd = lib.mkDefault true;
      systemd.network.wait-online.enable = lib.mkDefault false;
      systemd.services.NetworkManager-wait-online.enable = lib.mkDefault false;
      networking.useHostResolvConf = lib.mkOverride 900 false;
      networking.firewall.allowPing = lib.mkDefault true;
      networking.firewall.allowedUDPPorts = [ 5353 ];
    }
    (lib.mkIf (config.networking.useNetworkd && config.networking.useDHCP) {
      systemd.network.networks."99-ethernet-default-dhcp".networkConfig.MulticastDNS = lib.mkDefault true;
      systemd.network.networks."99-wireless-client-dhcp".networkConfig.MulticastDNS = lib.mkDefault true;
    })
    {
      environment.ldso32 = lib.mkOverride 900 null;
      nix.daemonCPUSchedPolicy = lib.mkDefault "batch";
      nix.daemonIOSchedClass = lib.mkDefault "idle";
      nix.daemonIOSchedPriority = lib.mkDefault 7;
      networking.hostId = lib.mkDefault "8425e349";
      boot.zfs.forceImportRoot = lib.mkDefault false;
    }
    (lib.mkIf config.boot.zfs.enabled {
      services.zfs.autoScrub.enable = lib.mkDefault true;
      services.zfs.autoSnapshot.enable = lib.mkDefault true;
      services.zfs.autoSnapshot.monthly = lib.mkDefault 1;
    })
  ];
}
