# The hosts, physical and rented.
{ config, ... }:
let
  pin = number: "${config.fleet.network.prefix4}.${toString number}";
in
{
  fleet.hosts = {
    stibnite = {
      system = "aarch64-darwin";
      owner = "crs58";
    };

    blackphos = {
      system = "aarch64-darwin";
      owner = "raquel";
      admin = "crs58";
    };

    rosegold = {
      system = "aarch64-darwin";
      owner = "janettesmith";
      admin = "cameron";
    };

    argentum = {
      system = "aarch64-darwin";
      owner = "christophersmith";
      admin = "cameron";
    };

    cinnabar = {
      system = "x86_64-linux";
      lifecycle = "enabled";
      owner = "cameron";
      overlay4 = pin 1;
      publicAddress = "203.0.113.10";
      services = [
        "git"
        "cache"
      ];
    };

    electrum = {
      system = "x86_64-linux";
      lifecycle = "enabled";
      owner = "cameron";
      overlay4 = pin 2;
      publicAddress = "203.0.113.11";
      services = [
        "metrics"
        "notify"
      ];
    };

    galena = {
      system = "x86_64-linux";
      lifecycle = "disabled";
      owner = "cameron";
      publicAddress = "198.51.100.20";
    };

    scheelite = {
      system = "x86_64-linux";
      lifecycle = "disabled";
      owner = "cameron";
      publicAddress = "198.51.100.21";
      services = [ "notebook" ];
    };
  };

  # A phone: it joins the overlay and runs an ssh server, nothing more.
  fleet.externalMembers.feldspar = {
    memberId = "fe1d59a709";
    sshPort = 8022;
  };
}
