# Containers on a Mac: one virtual machine, started at login when asked to.
{
  flake.modules.darwin.colima =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    let
      cfg = config.fleet.colima;

      flags = lib.concatMapAttrsStringSep " " (name: value: "--${name} ${toString value}") (
        lib.filterAttrs (_: value: value != null) {
          inherit (cfg) cpu memory disk;
          vm-type = cfg.vmType;
        }
      );
    in
    {
      options.fleet.colima = {
        autoStart = lib.mkEnableOption "starting the virtual machine at login";
        cpu = lib.mkOption {
          type = lib.types.ints.between 1 32;
          default = 4;
        };
        memory = lib.mkOption {
          type = lib.types.ints.positive;
          default = 2 * cfg.cpu;
          defaultText = lib.literalExpression "2 GiB for each core";
        };
        disk = lib.mkOption {
          type = lib.types.nullOr lib.types.ints.positive;
          default = null;
        };
        vmType = lib.mkOption {
          type = lib.types.enum [
            "vz"
            "qemu"
          ];
          default = "vz";
        };
      };

      config = lib.mkMerge [
        {
          environment.systemPackages = with pkgs; [
            colima
            docker-client
            docker-compose
          ];
        }
        (lib.mkIf cfg.autoStart {
          launchd.user.agents.colima = {
            command = "${lib.getExe pkgs.colima} start --foreground ${flags}";
            path = [
              pkgs.colima
              pkgs.docker-client
            ];
            serviceConfig = {
              KeepAlive.SuccessfulExit = false;
              RunAtLoad = true;
              StandardErrorPath = "/tmp/colima.log";
            };
          };
        })
      ];
    };
}
