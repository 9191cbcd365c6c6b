# The Nix daemon, the same wherever it can be.
let
  shared =
    { config, lib, ... }:
    {
      nix.settings = {
        experimental-features = [
          "nix-command"
          "flakes"
        ];
        connect-timeout = 5;
        fallback = true;
        keep-outputs = lib.mkDefault true;
        log-lines = 40;
        max-jobs = lib.mkDefault "auto";
        min-free = 5 * 1024 * 1024 * 1024;
        max-free = 20 * 1024 * 1024 * 1024;
        warn-dirty = false;
        use-xdg-base-directories = true;
      };

      nix.channel.enable = lib.mkForce false;

      nix.extraOptions = lib.mkIf (lib.elem "nix-command" config.nix.settings.experimental-features) ''
        bash-prompt-prefix = (dev)\040
      '';
    };
in
{
  flake.modules.nixos.base = {
    imports = [ shared ];

    nix = {
      daemonCPUSchedPolicy = "batch";
      daemonIOSchedClass = "idle";
      settings = {
        auto-optimise-store = true;
        trusted-users = [ "@wheel" ];
        system-features = [
          "nixos-test"
          "benchmark"
          "big-parallel"
          "kvm"
        ];
      };
    };
  };

  flake.modules.darwin.base =
    { config, lib, ... }:
    {
      imports = [ shared ];

      nix = {
        daemonIOLowPriority = true;
        # The store optimiser corrupts paths on APFS when run during builds.
        settings.auto-optimise-store = lib.mkForce false;
        optimise.automatic = true;
        settings.trusted-users = [
          "@admin"
          config.system.primaryUser
        ];
        settings.extra-sandbox-paths = [ "/private/tmp" ];
      };
    };
}
