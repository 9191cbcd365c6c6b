# What the plugin localbackup sets on oak.
{ config, lib, pkgs, ... }:
{
  _file = "plugin localbackup";
  config = lib.mkIf (!(config.clan.core.state == { })) {
    environment.etc."localbackup/usb/rsnapshot.conf".text = ''
      config_version	1.2
      snapshot_root	/mnt/usb/oak
      no_create_root	1
      sync_first	1
      verbose	2
      lockfile	/run/localbackup-usb.pid
      link_dest	1
      retain	snapshot	7
      cmd_cp	${pkgs.coreutils}/bin/cp
      cmd_rsync	${pkgs.rsync}/bin/rsync
      rsync_long_args	--delete	--numeric-ids	--relative	--delete-excluded	-AX
      ${toString (lib.concatMapStrings (folder: "backup\t" + folder + "\t" + config.networking.hostName + "/\n") (lib.unique (lib.concatMap (state: state.folders) (lib.attrValues config.clan.core.state))))}'';
    environment.etc."localbackup/usb/mountpoint".text = "/mnt/usb";
    environment.etc."localbackup/usb/preMountHook".text = "cryptsetup open /dev/sdb1 usb";
    environment.systemPackages = [
      (
pkgs.writeShellApplication {
  name = "localbackup-create";
  bashOptions = [ ];
  excludeShellChecks = [ "SC2046" ];
  runtimeInputs = [ pkgs.bash pkgs.coreutils pkgs.findutils pkgs.gnused pkgs.jq pkgs.rsnapshot pkgs.rsync pkgs.util-linux ];
  text = ''
set -uo pipefail
targets=/etc/localbackup
hook() { # target, name
  if [ -e "$targets/$1/$2" ]; then bash -euo pipefail "$targets/$1/$2"; fi
}
root() { sed -n "s/^snapshot_root	//p" "$targets/$1/rsnapshot.conf"; }
# The mount point of a target; nothing when hooks alone bring its disk.
where() { if [ -e "$targets/$1/mountpoint" ]; then cat "$targets/$1/mountpoint"; fi; }
attach() {
  point=$(where "$1")
  if [ -n "$point" ] && mountpoint -q "$point"; then return 0; fi
  touch "/run/localbackup-$1.mounted" || return 1
  hook "$1" preMountHook || return 1
  if [ -n "$point" ]; then mount -o X-mount.mkdir "$point" || return 1; fi
  hook "$1" postMountHook
}
detach() { # only what was mounted here
  if [ ! -e "/run/localbackup-$1.mounted" ]; then return 0; fi
  hook "$1" preUnmountHook
  point=$(where "$1")
  if [ -n "$point" ] && mountpoint -q "$point"; then umount "$point" || return 1; fi
  rm -f "/run/localbackup-$1.mounted" && hook "$1" postUnmountHook
}

failed=0
run() {
  hook "$1" preBackupHook || return 1
  for command in $(cat "$targets/states"); do
    if command -v "pre-backup-$command" > /dev/null; then "pre-backup-$command" || return 1; fi
  done
  # A backup that is interrupted leaves the snapshots alone: they move once everything is copied.
  rsnapshot -c "$targets/$1/rsnapshot.conf" sync
  status=$?
  if [ "$status" -eq 0 ] || [ "$status" -eq 2 ]; then
    rsnapshot -c "$targets/$1/rsnapshot.conf" snapshot || status=$?
  fi
  for command in $(cat "$targets/states"); do
    if command -v "post-backup-$command" > /dev/null; then "post-backup-$command" || status=1; fi
  done
  # 2: done with warnings, such as a file that went away.
  if [ "$status" -ne 0 ] && [ "$status" -ne 2 ]; then return "$status"; fi
  hook "$1" postBackupHook
}
for directory in "$targets"/*/; do
  target=$(basename "$directory")
  if attach "$target" && run "$target"; then :; else
    echo "localbackup: the backup to $target failed" >&2
    failed=1
  fi
  detach "$target" || failed=1
done
exit "$failed"
'';
}
)
      (
pkgs.writeShellApplication {
  name = "localbackup-list";
  bashOptions = [ ];
  excludeShellChecks = [ "SC2046" ];
  runtimeInputs = [ pkgs.bash pkgs.coreutils pkgs.findutils pkgs.gnused pkgs.jq pkgs.rsnapshot pkgs.rsync pkgs.util-linux ];
  text = ''
set -uo pipefail
targets=/etc/localbackup
hook() { # target, name
  if [ -e "$targets/$1/$2" ]; then bash -euo pipefail "$targets/$1/$2"; fi
}
root() { sed -n "s/^snapshot_root	//p" "$targets/$1/rsnapshot.conf"; }
# The mount point of a target; nothing when hooks alone bring its disk.
where() { if [ -e "$targets/$1/mountpoint" ]; then cat "$targets/$1/mountpoint"; fi; }
attach() {
  point=$(where "$1")
  if [ -n "$point" ] && mountpoint -q "$point"; then return 0; fi
  touch "/run/localbackup-$1.mounted" || return 1
  hook "$1" preMountHook || return 1
  if [ -n "$point" ]; then mount -o X-mount.mkdir "$point" || return 1; fi
  hook "$1" postMountHook
}
detach() { # only what was mounted here
  if [ ! -e "/run/localbackup-$1.mounted" ]; then return 0; fi
  hook "$1" preUnmountHook
  point=$(where "$1")
  if [ -n "$point" ] && mountpoint -q "$point"; then umount "$point" || return 1; fi
  rm -f "/run/localbackup-$1.mounted" && hook "$1" postUnmountHook
}

for directory in "$targets"/*/; do
  target=$(basename "$directory")
  if attach "$target"; then
    find "$(root "$target")" -mindepth 1 -maxdepth 1 -name "snapshot.*" -printf "$target::%p\n" 2> /dev/null | sort -V
  else
    echo "localbackup: $target is not there" >&2
  fi
  detach "$target"
done | jq --raw-input --slurp 'split("\n") | map(select(length > 0) | { name: . })'
'';
}
)
      (
pkgs.writeShellApplication {
  name = "localbackup-restore";
  bashOptions = [ ];
  excludeShellChecks = [ "SC2046" ];
  runtimeInputs = [ pkgs.bash pkgs.coreutils pkgs.findutils pkgs.gnused pkgs.jq pkgs.rsnapshot pkgs.rsync pkgs.util-linux ];
  text = ''
set -uo pipefail
targets=/etc/localbackup
hook() { # target, name
  if [ -e "$targets/$1/$2" ]; then bash -euo pipefail "$targets/$1/$2"; fi
}
root() { sed -n "s/^snapshot_root	//p" "$targets/$1/rsnapshot.conf"; }
# The mount point of a target; nothing when hooks alone bring its disk.
where() { if [ -e "$targets/$1/mountpoint" ]; then cat "$targets/$1/mountpoint"; fi; }
attach() {
  point=$(where "$1")
  if [ -n "$point" ] && mountpoint -q "$point"; then return 0; fi
  touch "/run/localbackup-$1.mounted" || return 1
  hook "$1" preMountHook || return 1
  if [ -n "$point" ]; then mount -o X-mount.mkdir "$point" || return 1; fi
  hook "$1" postMountHook
}
detach() { # only what was mounted here
  if [ ! -e "/run/localbackup-$1.mounted" ]; then return 0; fi
  hook "$1" preUnmountHook
  point=$(where "$1")
  if [ -n "$point" ] && mountpoint -q "$point"; then umount "$point" || return 1; fi
  rm -f "/run/localbackup-$1.mounted" && hook "$1" postUnmountHook
}

if [ -z "''${NAME-}" ] || [ -z "''${FOLDERS-}" ]; then
  echo "localbackup: NAME is a backup, FOLDERS says what to restore, with colons in between" >&2
  exit 1
fi
target=$(printf %s "$NAME" | sed "s/::.*//")
path=$(printf %s "$NAME" | sed "s/^[^:]*:://")
if [ ! -d "$targets/$target" ]; then echo "localbackup: there is no target $target" >&2; exit 1; fi
trap 'detach "$target"' EXIT
attach "$target" || exit 1
# Below the name the machine had when the backup was made.
from=$(find "$path" -mindepth 1 -maxdepth 1 -type d 2> /dev/null | head -n 1)
if [ -z "$from" ]; then echo "localbackup: there is no backup $NAME" >&2; exit 1; fi
failed=0
IFS=:
for folder in $FOLDERS; do
  if [ ! -e "$from$folder" ]; then echo "localbackup: $NAME has no $folder" >&2; failed=1; continue; fi
  mkdir -p "$folder"
  rsync -aAX "$from$folder/" "$folder/" || failed=1
done
exit "$failed"
'';
}
)
      (
pkgs.writeShellApplication {
  name = "localbackup-mount-usb";
  bashOptions = [ ];
  excludeShellChecks = [ "SC2046" ];
  runtimeInputs = [ pkgs.bash pkgs.coreutils pkgs.findutils pkgs.gnused pkgs.jq pkgs.rsnapshot pkgs.rsync pkgs.util-linux ];
  text = ''
set -uo pipefail
targets=/etc/localbackup
hook() { # target, name
  if [ -e "$targets/$1/$2" ]; then bash -euo pipefail "$targets/$1/$2"; fi
}
root() { sed -n "s/^snapshot_root	//p" "$targets/$1/rsnapshot.conf"; }
# The mount point of a target; nothing when hooks alone bring its disk.
where() { if [ -e "$targets/$1/mountpoint" ]; then cat "$targets/$1/mountpoint"; fi; }
attach() {
  point=$(where "$1")
  if [ -n "$point" ] && mountpoint -q "$point"; then return 0; fi
  touch "/run/localbackup-$1.mounted" || return 1
  hook "$1" preMountHook || return 1
  if [ -n "$point" ]; then mount -o X-mount.mkdir "$point" || return 1; fi
  hook "$1" postMountHook
}
detach() { # only what was mounted here
  if [ ! -e "/run/localbackup-$1.mounted" ]; then return 0; fi
  hook "$1" preUnmountHook
  point=$(where "$1")
  if [ -n "$point" ] && mountpoint -q "$point"; then umount "$point" || return 1; fi
  rm -f "/run/localbackup-$1.mounted" && hook "$1" postUnmountHook
}
attach usb
'';
}
)
      (
pkgs.writeShellApplication {
  name = "localbackup-unmount-usb";
  bashOptions = [ ];
  excludeShellChecks = [ "SC2046" ];
  runtimeInputs = [ pkgs.bash pkgs.coreutils pkgs.findutils pkgs.gnused pkgs.jq pkgs.rsnapshot pkgs.rsync pkgs.util-linux ];
  text = ''
set -uo pipefail
targets=/etc/localbackup
hook() { # target, name
  if [ -e "$targets/$1/$2" ]; then bash -euo pipefail "$targets/$1/$2"; fi
}
root() { sed -n "s/^snapshot_root	//p" "$targets/$1/rsnapshot.conf"; }
# The mount point of a target; nothing when hooks alone bring its disk.
where() { if [ -e "$targets/$1/mountpoint" ]; then cat "$targets/$1/mountpoint"; fi; }
attach() {
  point=$(where "$1")
  if [ -n "$point" ] && mountpoint -q "$point"; then return 0; fi
  touch "/run/localbackup-$1.mounted" || return 1
  hook "$1" preMountHook || return 1
  if [ -n "$point" ]; then mount -o X-mount.mkdir "$point" || return 1; fi
  hook "$1" postMountHook
}
detach() { # only what was mounted here
  if [ ! -e "/run/localbackup-$1.mounted" ]; then return 0; fi
  hook "$1" preUnmountHook
  point=$(where "$1")
  if [ -n "$point" ] && mountpoint -q "$point"; then umount "$point" || return 1; fi
  rm -f "/run/localbackup-$1.mounted" && hook "$1" postUnmountHook
}
detach usb
'';
}
)
    ];
    environment.etc."localbackup/states".text = (lib.concatMapStrings (name: name + "\n") (lib.attrNames config.clan.core.state));
    clan.core.backups.providers.localbackup = {
      create = "localbackup-create";
      list = "localbackup-list";
      restore = "localbackup-restore";
    };
  };
}
