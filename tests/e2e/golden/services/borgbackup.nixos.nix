# What the plugin borgbackup sets on oak.
{ config, lib, ... }:
{
  _file = "plugin borgbackup";
  config = lib.mkMerge [
    {
      clan.core.vars.generators.borgbackup = {
        builtin.generator = "borg-client";
        files = {
          "borgbackup.repokey" = { };
          "borgbackup.ssh" = { };
          "borgbackup.ssh.pub".secret = false;
        };
      };
    }
    (lib.mkIf (!(config.clan.core.state == { })) {
      services.borgbackup.jobs.fir = {
        compression = "auto,zstd";
        encryption = {
          mode = "repokey";
          passCommand = "cat ${toString config.clan.core.vars.generators.borgbackup.files."borgbackup.repokey".path}";
        };
        environment = {
          BORG_RELOCATED_REPO_ACCESS_IS_OK = "yes";
          BORG_RSH = "ssh -i ${toString config.clan.core.vars.generators.borgbackup.files."borgbackup.ssh".path} -o StrictHostKeyChecking=accept-new -o IdentitiesOnly=Yes";
        };
        exclude = [ ];
        paths = (lib.unique (lib.concatMap (state: state.folders) (lib.attrValues config.clan.core.state)));
        persistentTimer = true;
        prune.keep = {
          daily = 7;
          monthly = 0;
          weekly = 4;
          within = "1d";
        };
        repo = "borg@fir.yard.example.org:.";
        startAt = "*-*-* 01:00:00";
      };
      services.borgbackup.jobs.away = {
        compression = "auto,zstd";
        encryption = {
          mode = "repokey";
          passCommand = "cat ${toString config.clan.core.vars.generators.borgbackup.files."borgbackup.repokey".path}";
        };
        environment = {
          BORG_RELOCATED_REPO_ACCESS_IS_OK = "yes";
          BORG_RSH = "ssh -i ${toString config.clan.core.vars.generators.borgbackup.files."borgbackup.ssh".path} -o StrictHostKeyChecking=accept-new -o IdentitiesOnly=Yes -o PasswordAuthentication=no";
        };
        exclude = [ ];
        paths = (lib.unique (lib.concatMap (state: state.folders) (lib.attrValues config.clan.core.state)));
        persistentTimer = true;
        prune.keep = {
          daily = 7;
          monthly = 0;
          weekly = 4;
          within = "1d";
        };
        repo = "ssh://away.example.org/./oak";
        startAt = "*-*-* 01:00:00";
      };
      clan.core.backups.providers.borgbackup = {
        create = "borgbackup-create";
        list = "borgbackup-list";
        restore = "borgbackup-restore";
      };
    })
  ];
}
