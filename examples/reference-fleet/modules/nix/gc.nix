# One intent, two schedules: Sunday night, keep a month.
let
  keep = "--delete-older-than 30d";
in
{
  flake.modules.nixos.base =
    { config, lib, ... }:
    {
      nix.gc = {
        automatic = true;
        dates = "Sun *-*-* 03:15:00";
        randomizedDelaySec = "45min";
        persistent = true;
        # Hosts with little disk keep less; they say so themselves.
        options = lib.mkDefault keep;
      };

      systemd.services.nix-gc.unitConfig = lib.mkIf config.services.restic.server.enable {
        Conflicts = [ "restic-prune.service" ];
      };
    };

  flake.modules.darwin.base =
    { lib, ... }:
    {
      nix.gc = {
        automatic = true;
        interval = {
          Weekday = 0;
          Hour = 3;
          Minute = 15;
        };
        options = lib.mkDefault keep;
      };
    };
}
