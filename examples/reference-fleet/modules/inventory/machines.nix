# The machines: class, tags, how to reach them.
{ config, lib, ... }:
let
  inherit (config.fleet.network) domain;

  laptop = [
    "laptop"
    "workstation"
  ];
  cloud = [
    "cloud"
    "server"
  ];
in
{
  clan.inventory.machines = {
    stibnite = {
      machineClass = "darwin";
      description = "Main laptop; deployments start here";
      tags = laptop ++ [ "deployer" ];
      deploy.targetHost = "crs58@stibnite.${domain}";
      deploy.buildHost = "localhost";
    };

    blackphos = {
      machineClass = "darwin";
      description = "Raquel's laptop";
      tags = laptop ++ [ "family" ];
      deploy.targetHost = "crs58@blackphos.${domain}";
    };

    rosegold = {
      machineClass = "darwin";
      description = "Janette's laptop";
      tags = laptop ++ [ "family" ];
      deploy.targetHost = "cameron@rosegold.${domain}";
    };

    argentum = {
      machineClass = "darwin";
      description = "Christopher's laptop";
      tags = laptop ++ [ "family" ];
      deploy.targetHost = "cameron@argentum.${domain}";
    };

    cinnabar = {
      description = "Overlay controller, git and cache; Hetzner, Falkenstein";
      tags = cloud ++ [
        "hetzner"
        "always-on"
      ];
      deploy.targetHost = "root@cinnabar.${domain}";
    };

    electrum = {
      description = "Metrics and notifications; Hetzner, Falkenstein";
      tags = cloud ++ [
        "hetzner"
        "peer"
        "always-on"
      ];
      deploy.targetHost = "root@electrum.${domain}";
    };

    galena = {
      description = "Computing without a GPU; Google Cloud, us-central1";
      tags = cloud ++ [
        "gcp"
        "peer"
        "compute"
      ];
      deploy = {
        targetHost = "root@galena.${domain}";
        buildHost = "root@cinnabar.${domain}";
      };
    };

    scheelite = {
      description = "Computing with one GPU; Google Cloud, us-central1";
      tags = lib.concatLists [
        cloud
        [
          "gcp"
          "peer"
          "compute"
          "gpu"
        ]
      ];
      deploy = {
        targetHost = "root@scheelite.${domain}";
        buildHost = "root@cinnabar.${domain}";
      };
    };
  };
}
