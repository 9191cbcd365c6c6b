# Tags that are lists rather than a property written at the machine.
{
  clan.inventory.tags =
    { config, machines, ... }:
    {
      # Backed up every night. Compute hosts hold nothing that is not elsewhere.
      backup = [
        "cinnabar"
        "electrum"
      ];

      # Machines that send a sign of life: all that should be up at any time.
      heartbeat = builtins.filter (name: machines.${name}.machineClass == "nixos") config.all;
    };
}
