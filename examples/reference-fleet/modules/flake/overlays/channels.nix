# Makes the stable channel reachable as pkgs.stable. Comes before all others.
{ inputs, lib, ... }:
{
  fleet.overlays = lib.mkBefore [
    (_final: prev: {
      stable = import inputs.nixpkgs-stable {
        inherit (prev.stdenv.hostPlatform) system;
        inherit (prev) config;
      };
    })
  ];
}
