# What can be backed up: jobs, written by whoever owns the data.
{ lib, ... }:
let
  inherit (lib) mkOption types;

  retention = {
    freeformType = types.attrsOf types.ints.positive;
    options.daily = mkOption {
      type = types.ints.positive;
      default = 7;
    };
  };

  job =
    { name, ... }:
    {
      options = {
        enable = mkOption {
          type = types.bool;
          default = true;
        };

        paths = mkOption { type = types.nonEmptyListOf types.path; };

        exclude = mkOption {
          type = types.listOf types.str;
          default = [ ];
        };

        tag = mkOption {
          type = types.str;
          default = name;
        };

        before = mkOption {
          type = types.lines;
          default = "";
          description = "Shell commands that make the data consistent.";
        };

        schedule = mkOption {
          type = types.enum [
            "hourly"
            "daily"
            "weekly"
          ];
          default = "daily";
        };

        keep = mkOption {
          type = types.submodule retention;
          default = { };
          description = "How many snapshots of each kind stay.";
        };
      };
    };
in
{
  flake.modules.nixos.base =
    { config, ... }:
    {
      options.fleet.backup = {
        enable = lib.mkEnableOption "backups";

        repository = mkOption {
          type = types.str;
          default = "sftp:backup@storage.quarry.example.org:/${config.networking.hostName}";
        };

        jobs = mkOption {
          type = types.attrsOf (types.submodule job);
          default = { };
        };

        summary = mkOption {
          type = types.listOf types.str;
          internal = true;
          default = [ ];
        };
      };

      config.fleet.backup.summary = lib.mapAttrsToList (
        name: job: "${name}: ${lib.concatStringsSep " " job.paths} (${job.schedule})"
      ) (lib.filterAttrs (_: job: job.enable) config.fleet.backup.jobs);
    };
}
