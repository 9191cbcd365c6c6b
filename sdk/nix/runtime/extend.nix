# Adds generated modules to a configuration, however it was made.
{ inputs }:
host: configuration:
configuration.extendModules {
  modules = host.modules ++ [
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
