# Adds generated modules to a configuration, however it was made.
{ inputs }:
let
  # Written for fleets with a channels.json.
  channels =
    if builtins.pathExists ../channels.nix then
      [ (import ./channels.nix { inherit inputs; } (import ../channels.nix)).module ]
    else
      [ ];
in
host: configuration:
configuration.extendModules {
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
}
