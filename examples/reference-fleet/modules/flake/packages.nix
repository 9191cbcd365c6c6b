# What the flake builds for itself.
{ lib, ... }:
{
  perSystem =
    { pkgs, system, ... }:
    {
      packages = {
        inherit (pkgs) fleet-status;
        default = pkgs.fleet-status;
      }
      // lib.optionalAttrs (lib.hasSuffix "-darwin" system) {
        inherit (pkgs) mactop;
      };

      formatter = pkgs.nixfmt-tree;
    };
}
