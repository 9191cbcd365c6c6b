# electrum: watches the others.
{ config, ... }:
let
  inherit (config.flake.modules) nixos;
in
{
  flake.modules.nixos.electrum =
    { lib, ... }:
    {
      imports = [
        nixos.backup
        nixos.base
        nixos.metrics-server
        nixos.mosh
        nixos.web
        nixos.zfs-disk
      ];

      nixpkgs.hostPlatform = "x86_64-linux";

      services.openssh.openFirewall = false;
      services.prometheus.retentionTime = lib.mkForce "180d";

      fleet.backup.jobs.grafana = {
        paths = [ "/var/lib/grafana" ];
        exclude = [ "*.log" ];
        schedule = "weekly";
      };
    };
}
