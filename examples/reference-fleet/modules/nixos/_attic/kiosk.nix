# A screen in the kitchen, one day. Paths with a leading underscore are not
# loaded, so that this may be unfinished.
{
  flake.modules.nixos.kiosk =
    { pkgs, ... }:
    {
      services.cage = {
        enable = true;
        user = "kiosk";
        program = "${pkgs.firefox}/bin/firefox --kiosk https://metrics.zt";
      };
      users.users.kiosk.isNormalUser = true;
    };
}
