# Adds generated modules to a configuration, however it was made.
{ inputs }:
let
  # Written for fleets with a channels.json.
  channels =
    if builtins.pathExists ../channels.nix then
      [ (import ./channels.nix { inherit inputs; } (import ../channels.nix)).module ]
    else
      [ ];

  # disko's scripts, by all the names it has for them.
  scripts = builtins.listToAttrs (
    map
      (name: {
        inherit name;
        value = null;
      })
      [
        "destroyFormatMount"
        "destroyFormatMountNoDeps"
        "destroyScript"
        "destroyScriptNoDeps"
        "disko"
        "diskoNoDeps"
        "diskoScript"
        "diskoScriptNoDeps"
        "format"
        "formatMount"
        "formatMountNoDeps"
        "formatNoDeps"
        "formatScript"
        "formatScriptNoDeps"
        "mount"
        "mountNoDeps"
        "mountScript"
        "mountScriptNoDeps"
      ]
  );

  # What a machine is installed by: disks are made as its configuration says while it is installed, and what is installed is the system
  # that it keeps.
  withInstallation =
    configuration:
    let
      installing = configuration.extendModules { modules = [ ./installing.nix ]; };
      inherit (configuration) config;
    in
    configuration
    // {
      fleetdInstall = configuration // {
        config = config // {
          system = config.system // {
            build = config.system.build // builtins.intersectAttrs scripts installing.config.system.build;
          };
        };
      };
    };
in
host: configuration:
withInstallation (configuration.extendModules {
  modules =
    host.modules
    ++ channels
    ++ [
      (
        { lib, ... }:
        {
          _file = "fleetd: inputs of the flake";
          # Generated modules may name them. An argument of the fleet's own with this name goes before.
          _module.args.inputs = lib.mkOverride 1400 inputs;
        }
      )
    ];
})
