# The machines: class and tags. Servers are reached by what their services say;
# a laptop only by its name, as whoever administers it.
{ config, lib, ... }:
let
  inherit (config.fleet) hosts;

  nameOf = name: lib.head hosts.${name}.names;
  asAdmin = name: "${hosts.${name}.admin}@${nameOf name}";
  builder = "root@${nameOf "cinnabar"}";

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
      deploy.targetHost = asAdmin "stibnite";
      deploy.buildHost = "localhost";
    };

    blackphos = {
      machineClass = "darwin";
      description = "Raquel's laptop";
      tags = laptop ++ [ "family" ];
      deploy.targetHost = asAdmin "blackphos";
    };

    rosegold = {
      machineClass = "darwin";
      description = "Janette's laptop";
      tags = laptop ++ [ "family" ];
      deploy.targetHost = asAdmin "rosegold";
    };

    argentum = {
      machineClass = "darwin";
      description = "Christopher's laptop";
      tags = laptop ++ [ "family" ];
      deploy.targetHost = asAdmin "argentum";
    };

    cinnabar = {
      description = "Overlay controller, git and cache; Hetzner, Falkenstein";
      tags = cloud ++ [
        "hetzner"
        "always-on"
      ];
    };

    electrum = {
      description = "Metrics and notifications; Hetzner, Falkenstein";
      tags = cloud ++ [
        "hetzner"
        "peer"
        "always-on"
      ];
    };

    galena = {
      description = "Computing without a GPU; Google Cloud, us-central1";
      tags = cloud ++ [
        "gcp"
        "peer"
        "compute"
      ];
      deploy.buildHost = builder;
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
      deploy.buildHost = builder;
    };
  };
}
