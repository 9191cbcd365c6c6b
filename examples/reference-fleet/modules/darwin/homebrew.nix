# Homebrew: options that other files add to, constants that hold everywhere.
{ lib, ... }:
let
  inherit (lib) mkOption types;

  # On every Mac.
  common = {
    brews = [ "mas" ];
    casks = [
      "firefox"
      "rectangle"
      "the-unarchiver"
    ];
  };

  fontCask = font: "font-${font}";

  stringList = mkOption {
    type = types.listOf types.str;
    default = [ ];
  };
in
{
  flake.modules.darwin.base =
    { config, ... }:
    let
      cfg = config.fleet.homebrew;
    in
    {
      options.fleet.homebrew = {
        enable = mkOption {
          type = types.bool;
          default = true;
        };
        brews = stringList;
        casks = stringList;
        fonts = mkOption {
          type = types.listOf (types.strMatching "[a-z0-9-]+");
          default = [ ];
          description = "Font casks, without their prefix.";
        };
        apps = mkOption {
          type = types.attrsOf types.ints.positive;
          default = { };
          description = "Applications of the App Store, name to number.";
        };
        zap = mkOption {
          type = types.bool;
          default = false;
          description = "Remove what is not listed.";
        };
      };

      config = lib.mkMerge [
        {
          fleet.homebrew = {
            inherit (common) brews;
            casks = lib.mkBefore common.casks;
          };
        }

        (lib.mkIf cfg.enable {
          homebrew = {
            enable = true;
            user = lib.mkDefault config.system.primaryUser;
            global.autoUpdate = false;
            onActivation = {
              autoUpdate = false;
              upgrade = true;
              cleanup = if cfg.zap then "zap" else "check";
              extraEnv.HOMEBREW_NO_ANALYTICS = "1";
            };
            caskArgs = {
              appdir = "/Applications";
              require_sha = true;
            };
            brews = lib.unique cfg.brews;
            casks = lib.unique (cfg.casks ++ map fontCask cfg.fonts);
            masApps = cfg.apps;
          };

          system.requiresPrimaryUser = [ "fleet.homebrew.enable" ];
        })
      ];
    };
}
