# One package set for perSystem outputs and for standalone homes; hosts get the
# same overlays and the same unfree list through their `base` aggregates.
{
  config,
  inputs,
  lib,
  ...
}:
let
  unfree = [
    "claude-code"
    "cuda_cccl"
    "cuda_cudart"
    "cuda_nvcc"
    "libcublas"
    "nvidia-settings"
    "nvidia-x11"
    "vscode"
  ];

  settings = {
    overlays = [ config.flake.overlays.default ];
    config.allowUnfreePredicate = package: lib.elem (lib.getName package) unfree;
  };
in
{
  perSystem =
    { system, ... }:
    {
      _module.args.pkgs = import inputs.nixpkgs (settings // { inherit system; });
    };

  flake.modules.nixos.base.nixpkgs = settings;
  flake.modules.darwin.base.nixpkgs = settings;
}
