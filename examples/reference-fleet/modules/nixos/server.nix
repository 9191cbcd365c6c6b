# Things a server does without, and a few it should always have.
{ inputs, ... }:
{
  flake.modules.nixos.base =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    let
      forcedOff = lib.genAttrs [
        "doc"
        "info"
        "nixos"
      ] (_: { enable = lib.mkForce false; });
    in
    {
      imports = [ inputs.srvos.nixosModules.server ];

      documentation = forcedOff // {
        enable = lib.mkForce true;
        man.enable = lib.mkForce true;
      };

      environment.systemPackages =
        with pkgs;
        [
          fleet-status
          htop
          iotop
          jq
          lsof
          ripgrep
          tmux
        ]
        ++ lib.optional config.fleet.zfs.enable zfs-prune-snapshots
        ++ lib.optionals config.services.prometheus.enable [ prometheus.cli ];

      # Stronger than what the vim module sets, weaker than what a host says.
      environment.variables.EDITOR = lib.mkOverride 800 "hx";

      programs = {
        zsh.enable = true;
        git.enable = true;
        command-not-found.enable = false;
      };

      services.journald.extraConfig = ''
        SystemMaxUse=1G
        MaxRetentionSec=1month
      '';

      systemd = {
        enableEmergencyMode = lib.mkForce true;
        settings.Manager = {
          RuntimeWatchdogSec = "20s";
          RebootWatchdogSec = "30s";
        };
        targets = lib.genAttrs [
          "sleep"
          "suspend"
          "hibernate"
          "hybrid-sleep"
        ] (_: { enable = false; });
      };

      users.motd = ''
        ${config.networking.hostName} (${config.system.stateVersion})
      '';
    };
}
