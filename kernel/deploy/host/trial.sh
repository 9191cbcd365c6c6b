# Part of activate.sh: a system that is booted once on trial. What is kept stays the one that every other start gets, until the
# new one has come up and was confirmed. The record survives the reboot; a unit outside of both systems goes on with it.
#
#   activate.sh able DIR ID        whether this host can do that: "ABLE systemd-boot", or "UNABLE" and why not
#   activate.sh resume             started by the unit after a boot
kept=/var/lib/fleetd/trial
control=/etc/systemd/system.control
grub=/boot/grub

restart() { systemctl reboot || reboot; }
started() { which_boot && printf '%s' "$boot"; }
# The kind of file system a directory is in.
kind_of() { df -PT "$1" 2>/dev/null | tail -n 1 | awk '{ print $2 }'; }
noted() { cat "$kept/$1" 2>/dev/null; }
# The generation of the profile that is selected.
selected() {
  link=$(readlink "$(profile)") || return 1
  link=${link##*/}
  link=${link#"$(basename "$(profile)")"-}
  printf '%s' "${link%-link}"
}

# --- boot loaders ---

# entry_of SYSTEM: the file of its entry in the menu of systemd-boot, whatever that is called.
entry_of() {
  for entry in "$entries"/*.conf; do
    case ${entry##*/} in fleetd-*) continue ;; esac
    grep -qF "init=$1/init" "$entry" 2>/dev/null && { printf '%s' "$entry"; return 0; }
  done
  return 1
}
# titles_of SYSTEM: its entry in the menu of GRUB, as GRUB wants it: titles on the way to it with `>` in between.
titles_of() {
  awk -v want="init=$1/init" '
    function title(line) { if (!match(line, /"[^"]*"|\047[^\047]*\047/)) return ""; line = substr(line, RSTART + 1, RLENGTH - 2); gsub(/>/, ">>", line); return line }
    /^[ \t]*submenu / { above = title($0) ">"; level = depth }
    /^[ \t]*menuentry / { here = title($0) }
    index($0 " ", want " ") && here != "" { print above here; exit }
    /\{[ \t]*$/ { depth++ }
    /^[ \t]*\}/ { depth--; if (above != "" && depth <= level) above = ""; here = "" }' "$grub/grub.cfg" 2>/dev/null
}
# find_loader SYSTEM: sets `loader` to the one that starts this system; else `why`. Menus of other loaders may lie about.
find_loader() {
  loader='' why=''
  esp=$(bootctl --print-esp-path 2>/dev/null) || esp=''
  if [ -n "$esp" ] && [ -f "$esp/loader/loader.conf" ]; then
    entries=$(bootctl --print-boot-path 2>/dev/null) || entries=$esp
    entries=$entries/loader/entries
    if entry_of "$1" >/dev/null; then
      loader=systemd-boot
      for variable in /sys/firmware/efi/efivars/LoaderEntryDefault-*; do
        [ ! -e "$variable" ] || why="\`bootctl set-default\` has chosen what this host boots"
      done
      [ -z "$why" ]
      return
    fi
  fi
  if [ -n "$(titles_of "$1")" ]; then
    loader=grub
    # Without them what is chosen once would be chosen for ever.
    command -v grub-editenv >/dev/null 2>&1 || why="grub-editenv is not installed"
    grep -q next_entry "$grub/grub.cfg" || why="its grub.cfg knows no entry for one start"
    grep -Eq 'set default="?0"?$' "$grub/grub.cfg" || why="the first entry of its grub.cfg is not the default"
    case $(kind_of "$grub") in btrfs | zfs | bcachefs) why="GRUB cannot write to the file system of $grub" ;; esac
    case $(df -P "$grub" 2>/dev/null | tail -n 1) in /dev/mapper/* | /dev/md* | /dev/dm-*) why="GRUB cannot write to the volume of $grub" ;; esac
    [ -z "$why" ]
    return
  fi
  why="neither systemd-boot nor GRUB starts what it runs"
  return 1
}
# copy_entry FROM TO KEY OPTIONS
copy_entry() {
  { sed -e '/^sort-key[[:space:]]/d' -e "s|^title[[:space:]].*|& ($3)|" -e "s|^options[[:space:]].*|&$4|" "$1" && printf 'sort-key fleetd-%s\n' "$3"; } >"$2.new" && mv -f "$2.new" "$2"
}
# chosen PATTERN: what systemd-boot takes by default.
chosen() {
  { sed -e '/^default[[:space:]]/d' -e '/^preferred[[:space:]]/d' "$esp/loader/loader.conf" && printf 'default %s\n' "$1"; } >"$esp/loader/loader.conf.new" &&
    mv -f "$esp/loader/loader.conf.new" "$esp/loader/loader.conf"
}
# The next start gets the new system, the ones after it what is kept. With systemd-boot both are entries of one pattern, the first
# with a counter of one: it is taken while the counter has not run out. A kernel that gives up starts again.
once() {
  case $loader in
  systemd-boot)
    first=$(entry_of "$new") && second=$(entry_of "$old") || { why="its boot menu has no entry of the new system"; return 1; }
    copy_entry "$second" "$entries/fleetd-2.conf" 2 '' && copy_entry "$first" "$entries/fleetd-1+1.conf" 1 ' panic=30 boot.panic_on_fail' && chosen 'fleetd-*.conf'
    ;;
  grub)
    place=$(titles_of "$new")
    [ -n "$place" ] || { why="its boot menu has no entry of the new system"; return 1; }
    grub-editenv "$grub/grubenv" set "next_entry=$place"
    ;;
  esac
}

# --- the record ---

# Nothing of a trial is left; what boots is not touched.
forget_trial() {
  [ "$loader" != grub ] || grub-editenv "$grub/grubenv" unset next_entry
  [ "$loader" != systemd-boot ] || rm -f "$entries"/fleetd-[12]*.conf
  rm -f "$control/sysinit.target.wants/fleetd-trial.service" "$control/fleetd-trial.service"
  rm -rf "$kept" "$kept.new"
  sync
}
# One that somebody else began ends here: the system that is kept is the one to boot.
drop_trial() {
  [ -d "$kept" ] || return 0
  (
    old=$(noted old) loader=$(noted loader) esp=$(noted esp) entries=$(noted entries)
    [ "$(real "$(profile)")" != "$old" ] || "$old/bin/switch-to-configuration" boot
    forget_trial
  )
}
# Whether what is written here outlasts a reboot and is looked at by the next system.
can_keep() {
  for place in /etc/systemd /var/lib; do
    case $(kind_of "$place") in tmpfs | ramfs) why="$place is lost with each reboot"; return 1 ;; esac
  done
  [ -z "${1:-}" ] || [ ! -e "$1/etc-metadata-image" ] || { why="/etc of the new system is made anew with each boot"; return 1; }
  mkdir -p "$control" /var/lib/fleetd 2>/dev/null && [ -w "$control" ] && [ -w /var/lib/fleetd ] || { why="$control cannot be written to"; return 1; }
}
able() {
  why=''
  old=$(real "$(profile)")
  [ -n "$old" ] && [ -x "$old/bin/switch-to-configuration" ] || { why="it has no system that it could return to"; return 1; }
  can_keep "${new:-}" && find_loader "$old"
}
# arm WHO: WHO is `operator`, who confirms after the reboot, or `itself`, when the host decides.
arm() {
  able || return 1
  number=$(selected) || { why="its profile has no generations"; return 1; }
  rm -rf "$kept.new"
  mkdir -p "$kept.new" && chmod 755 /var/lib/fleetd "$kept.new" && cp "$dir/$id.sh" "$kept.new/script" || { why="/var/lib/fleetd cannot be written to"; return 1; }
  failed_units >"$kept.new/failed"
  for one in "id $id" "new $new" "old $old" "number $number" "generation $generation" "confirm $confirm" "patience $patience" "units $units" "who $1" "start $(started)" "loader $loader" "esp $esp" "entries ${entries:-}"; do
    printf '%s\n' "${one#* }" >"$kept.new/${one%% *}"
  done
  printf '%s\n' "$health" >"$kept.new/health"
  chmod 644 "$kept.new/new"
  rm -rf "$kept" && mv "$kept.new" "$kept" && mkdir -p "$control/sysinit.target.wants" && cat >"$control/fleetd-trial.service" <<END && ln -sfn ../fleetd-trial.service "$control/sysinit.target.wants/fleetd-trial.service" || return 1
[Unit]
Description=Keeps or takes back the system that is on trial
DefaultDependencies=no
After=local-fs.target
Before=shutdown.target
Conflicts=shutdown.target
RequiresMountsFor=/var/lib/fleetd /nix/store

[Service]
ExecStart=/bin/sh $kept/script resume
KillMode=process
END
  for root in new old; do
    eval "path=\$$root"
    nix-store --realise "$path" --add-root "$kept/$root.root" --indirect >/dev/null 2>&1
  done
  # The generation is made and appears in the menu; the profile goes back at once to what is kept.
  [ "$generation" != - ] || nix-env -p "$(profile)" --set "$new" || return 1
  nix-env -p "$(profile)" --switch-generation "$number" && "$old/bin/switch-to-configuration" boot && once && cp "$log" "$kept/log" && sync
}
disarm() {
  keep "$old" "$number"
  forget_trial
}

# --- after the boot ---

# settled SECONDS: the services are up, or whatever keeps them from it lasts.
settled() {
  [ -d /run/systemd/system ] || return 0
  limit=$(($1 * 5)) steps=0
  until case $(systemctl is-system-running 2>/dev/null) in running | degraded) true ;; *) false ;; esac do
    [ "$steps" -lt "$limit" ] || { why="it was not up within $1 seconds"; return 1; }
    sleep 0.2
    steps=$((steps + 1))
  done
}
new_failures() {
  [ "$units" = check ] || return 0
  sleep 1
  for unit in $(failed_units); do
    grep -qxF "$unit" "$1" || { why="the unit $unit failed"; return 1; }
  done
}
judged() {
  settled "$patience" && new_failures "$kept/failed" || return 1
  [ -n "$health" ] || return 0
  limited "$patience" sh -c "$health" || { why="the health check failed"; return 1; }
}
confirmed() {
  limit=$((($1) * 5)) steps=0
  until [ -e "$dir/$id.confirm" ]; do
    [ ! -e "$dir/$id.abort" ] || { why="the operator took it back"; return 1; }
    [ "$steps" -lt "$limit" ] || { why="nobody confirmed within $1 seconds"; return 1; }
    sleep 0.2
    steps=$((steps + 1))
  done
  rm -f "$dir/$id.confirm"
}
resume() {
  dir=/run/fleetd class=nixos
  id=$(noted id) new=$(noted new) old=$(noted old) number=$(noted number) generation=$(noted generation)
  confirm=$(noted confirm) patience=$(noted patience) units=$(noted units) who=$(noted who) health=$(noted health)
  [ -n "$id" ] && [ "$(noted start)" != "$(started)" ] || exit 0
  state=$dir/$id.state log=$dir/$id.log
  mkdir -p "$dir/lock"
  echo "$id" >"$dir/lock/id"
  echo $$ >"$dir/lock/pid"
  cp "$kept/log" "$log" 2>/dev/null
  exec >>"$log" 2>&1
  loader=$(noted loader) esp=$(noted esp) entries=$(noted entries)
  if [ "$(real "$(profile)")" != "$old" ]; then
    forget_trial
    # GRUB has booted once what nobody wants any more.
    [ "$(real /run/booted-system)" != "$new" ] || restart
    finish "FAILED somebody else made another system the one to boot meanwhile"
  fi
  if [ "$(real /run/booted-system)" != "$new" ]; then
    why=$(noted why)
    disarm
    finish "RETURNED ${why:-the new system did not come up}"
  fi
  # The trial is used up, also where something blesses the entry that came up.
  [ "$loader" != systemd-boot ] || chosen fleetd-2.conf
  why=''
  say "WAITING"
  if [ "$who" = operator ]; then
    confirmed $((patience + confirm)) && new_failures "$kept/failed"
  else
    judged
  fi
  if [ -z "$why" ]; then
    say "KEEPING"
    if keep "$new" "$generation"; then
      forget_trial
      finish "DONE"
    fi
    nix-env -p "$(profile)" --switch-generation "$number"
    why="the system could not be made the one to boot"
  fi
  printf '%s\n' "$why" >"$kept/why"
  cp "$log" "$kept/log"
  sync
  say "RETURNING $why"
  restart
  exit 0
}
