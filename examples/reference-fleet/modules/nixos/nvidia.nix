# One data centre GPU, without a screen.
let
  # What users of the GPU need on their path, and how it is found.
  cudaPackages = pkgs: [
    pkgs.cudaPackages.cuda_nvcc
    pkgs.cudaPackages.cuda_cudart
    pkgs.nvtopPackages.nvidia
  ];
in
{
  flake.modules.nixos.nvidia =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    {
      options.fleet.gpu = {
        architecture = lib.mkOption {
          type = lib.types.enum [
            "turing"
            "ampere"
            "ada"
          ];
          description = "Generation of the card: decides about the open kernel module.";
        };

        persistence = lib.mkOption {
          type = lib.types.bool;
          default = true;
        };
      };

      config = {
        hardware.graphics.enable = true;
        services.xserver.videoDrivers = [ "nvidia" ];

        hardware.nvidia = {
          open = config.fleet.gpu.architecture != "turing";
          modesetting.enable = false;
          nvidiaPersistenced = config.fleet.gpu.persistence;
          nvidiaSettings = lib.mkForce false;
          package = config.boot.kernelPackages.nvidiaPackages.production;
        };

        hardware.nvidia-container-toolkit.enable = config.virtualisation.podman.enable;

        # Rebuilding everything with CUDA would leave the caches; these few are enough.
        nixpkgs.overlays = [
          (_final: prev: {
            pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
              (
                pythonFinal: pythonPrev:
                lib.genAttrs [
                  "torch"
                  "torchvision"
                ] (name: pythonPrev.${name}.override { cudaSupport = true; })
                // {
                  jax = pythonPrev.jax.overridePythonAttrs { dependencies = [ pythonFinal.jaxlib ]; };
                }
              )
            ];
          })
        ];

        environment.systemPackages = cudaPackages pkgs;
        environment.variables.CUDA_CACHE_MAXSIZE = toString (2 * 1024 * 1024 * 1024);

        users.users = lib.genAttrs [
          "cameron"
          "raquel"
        ] (_: { extraGroups = [ "video" ]; });

        warnings = lib.optional (
          config.fleet.gpu.architecture == "turing"
        ) "The closed kernel module is in use; check that the driver still supports the card.";
      };
    };
}
