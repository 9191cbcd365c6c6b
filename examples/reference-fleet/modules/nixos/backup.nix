# How it is backed up: restic, one unit for each job.
{
  flake.modules.nixos.backup =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    let
      cfg = config.fleet.backup;
      secrets = config.clan.core.vars.generators.restic.files;

      keepFlag = kind: count: "--keep-${kind} ${toString count}";

      toRestic = _: job: {
        inherit (job) paths exclude;
        inherit (cfg) repository;
        initialize = true;
        passwordFile = secrets.password.path;
        extraOptions = [ "sftp.command='ssh -i ${secrets."ssh.key".path} backup@storage.quarry.example.org -s sftp'" ];
        extraBackupArgs = [ "--tag ${lib.escapeShellArg job.tag}" ];
        backupPrepareCommand = lib.mkIf (job.before != "") job.before;
        pruneOpts = lib.mapAttrsToList keepFlag job.keep;
        timerConfig = {
          OnCalendar = job.schedule;
          RandomizedDelaySec = "1h";
          Persistent = true;
        };
      };
    in
    {
      fleet.backup.enable = true;

      services.restic.backups = lib.mapAttrs toRestic (lib.filterAttrs (_: job: job.enable) cfg.jobs);

      environment.systemPackages = [ pkgs.restic ];
      environment.etc."fleet/backup-jobs".text = lib.concatLines cfg.summary;

      clan.core.vars.generators.restic = {
        files.password = { };
        files."ssh.key" = { };
        files."ssh.key.pub".secret = false;
        runtimeInputs = with pkgs; [
          openssh
          pwgen
        ];
        script = ''
          pwgen -s 48 1 | tr -d '\n' > "$out/password"
          ssh-keygen -q -t ed25519 -N "" -C "backup" -f "$out/ssh.key"
        '';
      };

      assertions = [
        {
          assertion = cfg.enable -> cfg.jobs != { };
          message = "Backups are on, but nothing is backed up.";
        }
      ];
    };
}
