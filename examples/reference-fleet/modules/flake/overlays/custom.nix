# Packages of our own. They come last, so that nothing changes them by accident.
{ lib, ... }:
{
  fleet.overlays = lib.mkAfter [
    (final: _prev: {
      fleet-status = final.callPackage ../../../pkgs/fleet-status/package.nix { };
    })
  ];
}
