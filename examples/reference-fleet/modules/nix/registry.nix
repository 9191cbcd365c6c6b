# `nixpkgs` on the command line is the nixpkgs of the system.
{ inputs, ... }:
let
  pinned = {
    nix.registry.nixpkgs.flake = inputs.nixpkgs;
    nix.registry.quarry.to = {
      type = "git";
      url = "https://git.quarry.example.org/household/quarry.git";
    };
    nix.nixPath = [ "nixpkgs=${inputs.nixpkgs}" ];
  };
in
{
  flake.modules.nixos.base = pinned;
  flake.modules.darwin.base = pinned;
}
