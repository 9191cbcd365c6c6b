# argentum: Christopher's laptop.
{ config, ... }:
let
  inherit (config.flake.modules) darwin;
in
{
  flake.modules.darwin.argentum =
    { lib, ... }:
    {
      imports = with darwin; [
        base
        family-apps
        sshd-server
        user-cameron
        user-christophersmith
      ];

      nixpkgs.hostPlatform = "aarch64-darwin";

      users.users.cameron.uid = 550;
      users.users.christophersmith.uid = 501;
      homebrew.user = "christophersmith";

      fleet.homebrew.casks = lib.mkAfter [
        "minecraft"
        "visual-studio-code"
      ];

      system.defaults.loginwindow.LoginwindowText = "Argentum";
    };
}
