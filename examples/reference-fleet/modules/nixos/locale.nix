# Language, clock and versions of state.
{ config, ... }:
let
  inherit (config) fleet;
in
{
  flake.modules.nixos.base =
    { lib, ... }:
    {
      time.timeZone = "Etc/UTC";
      i18n.defaultLocale = "en_US.UTF-8";
      i18n.extraLocaleSettings = lib.genAttrs [
        "LC_TIME"
        "LC_MEASUREMENT"
        "LC_PAPER"
      ] (_: "en_DK.UTF-8");
      console.keyMap = "us";
      system.stateVersion = fleet.stateVersions.nixos;
      services.timesyncd.servers = [
        "time1.google.com"
        "time2.google.com"
      ];
    };
}
