# scheelite: computing with one GPU. Billed by the hour.
{ config, ... }:
let
  inherit (config.flake.modules) nixos;
in
{
  flake.modules.nixos.scheelite =
    { config, lib, ... }:
    let
      notebooks = lib.filterAttrs (_: notebook: notebook.enable) config.fleet.notebooks.users;
      units = map (user: "notebook-${user}.service") (lib.attrNames notebooks);
    in
    {
      imports = [
        nixos.base
        nixos.home-keys
        nixos.nvidia
        nixos.zfs-disk
      ];

      nixpkgs.hostPlatform = "x86_64-linux";

      fleet.gpu.architecture = "turing";

      fleet.homeKeys = lib.genAttrs [
        "cameron"
        "raquel"
      ] (_: { });

      fleet.notebooks = {
        firstPort = 8900;
        users = {
          cameron.autoStart = false;
          raquel = {
            autoStart = true;
            memory = 32 * 1024 * 1024 * 1024;
            environment.CUDA_VISIBLE_DEVICES = "0";
            extraArguments = lib.optional config.hardware.graphics.enable "--ServerApp.allow_remote_access=true";
          };
          guest.enable = false;
        };
      };

      # Somebody forgets it at least once a month.
      systemd.services.power-off-when-idle = {
        description = "Switch off after an idle evening";
        startAt = "*-*-* 23:30:00";
        script = ''
          if [ -z "$(who)" ] && ! systemctl is-active --quiet ${lib.escapeShellArgs units}; then
            systemctl poweroff
          fi
        '';
      };
    };
}
