# What the plugin borgbackup sets on oak.
{ config, lib, pkgs, ... }:
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
      systemd.services.borgbackup-job-away.serviceConfig = {
        ExecStartPre = [
          "+${toString (pkgs.writeShellScript "borgbackup-job-away-before" ("failed=\n" + lib.concatMapStrings (state: let command = state.preBackupCommand or null; in lib.optionalString (command != null) "/run/current-system/sw/bin/${command} || failed=\"$failed ${state.name}\"\n") (lib.attrValues config.clan.core.state) + "if [ -n \"$failed\" ]; then\n  echo \"borgbackup: what goes before failed for$failed\" >&2\n  exit 1\nfi\n"))}"
        ];
        ExecStopPost = [
          "+${toString (pkgs.writeShellScript "borgbackup-job-away-after" ("failed=\n" + lib.concatMapStrings (state: let command = state.postBackupCommand or null; in lib.optionalString (command != null) "/run/current-system/sw/bin/${command} || failed=\"$failed ${state.name}\"\n") (lib.attrValues config.clan.core.state) + "if [ -n \"$failed\" ]; then\n  echo \"borgbackup: what comes after failed for$failed\" >&2\n  exit 1\nfi\n"))}"
        ];
        TimeoutStartSec = "infinity";
        TimeoutStopSec = "infinity";
      };
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
      systemd.services.borgbackup-job-fir.serviceConfig = {
        ExecStartPre = [
          "+${toString (pkgs.writeShellScript "borgbackup-job-fir-before" ("failed=\n" + lib.concatMapStrings (state: let command = state.preBackupCommand or null; in lib.optionalString (command != null) "/run/current-system/sw/bin/${command} || failed=\"$failed ${state.name}\"\n") (lib.attrValues config.clan.core.state) + "if [ -n \"$failed\" ]; then\n  echo \"borgbackup: what goes before failed for$failed\" >&2\n  exit 1\nfi\n"))}"
        ];
        ExecStopPost = [
          "+${toString (pkgs.writeShellScript "borgbackup-job-fir-after" ("failed=\n" + lib.concatMapStrings (state: let command = state.postBackupCommand or null; in lib.optionalString (command != null) "/run/current-system/sw/bin/${command} || failed=\"$failed ${state.name}\"\n") (lib.attrValues config.clan.core.state) + "if [ -n \"$failed\" ]; then\n  echo \"borgbackup: what comes after failed for$failed\" >&2\n  exit 1\nfi\n"))}"
        ];
        TimeoutStartSec = "infinity";
        TimeoutStopSec = "infinity";
      };
      environment.systemPackages = [
        (
pkgs.writeShellApplication {
  name = "borgbackup-create";
  bashOptions = [ "nounset" ];
  runtimeInputs = [ config.systemd.package ];
  text = ''
failed=0
systemctl start ${lib.escapeShellArg "borgbackup-job-away.service"} || failed=1
systemctl start ${lib.escapeShellArg "borgbackup-job-fir.service"} || failed=1
exit "$failed"
'';
}
)
        (
pkgs.writeShellApplication {
  name = "borgbackup-list";
  bashOptions = [ "nounset" ];
  runtimeInputs = [ pkgs.jq ];
  text = ''
failed=0
list() { # job, repository
  if ! archives=$(echo y | "borg-job-$1" list --json); then
    echo "borgbackup-list: the backups of $1 cannot be listed" >&2
    return 1
  fi
  jq --arg prefix "$1::$2::" '[.archives[] | { name: ($prefix + .name) }]' <<< "$archives"
}
all=$(
  status=0
  list ${lib.escapeShellArg "away"} ${lib.escapeShellArg "ssh://away.example.org/./oak"} || status=1
  list ${lib.escapeShellArg "fir"} ${lib.escapeShellArg "borg@fir.yard.example.org:."} || status=1
  exit "$status"
) || failed=1
jq -s 'add // []' <<< "$all"
exit "$failed"
'';
}
)
        (
pkgs.writeShellApplication {
  name = "borgbackup-restore";
  bashOptions = [ "nounset" ];
  runtimeInputs = [ pkgs.bash ];
  text = ''
job=''${NAME%%::*}
archive=''${NAME#*::}
if ! command -v "borg-job-$job" > /dev/null; then
  echo "borgbackup-restore: there is no job $job: NAME is job::repository::archive" >&2
  exit 1
fi
paths=()
IFS=: read -r -a folders <<< "''${FOLDERS-}"
for folder in "''${folders[@]}"; do paths+=("''${folder#/}"); done
if [ "''${#paths[@]}" -eq 0 ]; then
  echo "borgbackup-restore: FOLDERS says what to restore, with colons in between" >&2
  exit 1
fi
cd / || exit 1
# borg asks about repositories that have moved.
echo y | "borg-job-$job" extract "$archive" "''${paths[@]}"
'';
}
)
      ];
      clan.core.backups.providers.borgbackup = {
        create = "borgbackup-create";
        list = "borgbackup-list";
        restore = "borgbackup-restore";
      };
    })
  ];
}
