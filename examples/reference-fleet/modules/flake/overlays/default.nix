# Overlays are a list that any file may extend. The order is part of the
# contract, so entries carry an order mark where it matters.
{ config, lib, ... }:
{
  options.fleet.overlays = lib.mkOption {
    type = lib.types.listOf lib.types.raw;
    default = [ ];
    description = "Overlays of the fleet's package set, applied first to last.";
  };

  config.flake.overlays.default = lib.composeManyExtensions config.fleet.overlays;
}
