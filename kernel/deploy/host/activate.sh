#!/bin/sh
# Runs on a host: activates a system, and returns to the one before unless somebody confirms over a new connection.
#
#   activate.sh start  DIR ID CLASS GOAL NEW GENERATION CONFIRM ACTIVATE UNITS CHECKS HEALTH
#   activate.sh await  DIR ID          waits a while for a state that needs somebody, prints it and the end of the log; LOST, and which
#                                      start of the host this is, where nothing is known of it
#   activate.sh confirm|abort DIR ID
#
# DIR holds what is said about each activation: ID.state (one line), ID.log, ID.confirm, ID.abort. The profile is set only after
# confirmation, so that a host that loses power in between boots what it ran before. Times are counted in steps of the waiting
# loop, so that a clock that jumps changes nothing.
set -u
PATH=$PATH:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin:${HOME:-/root}/.nix-profile/bin
verb=$1 dir=${2:-} id=${3:-}
state=$dir/$id.state log=$dir/$id.log
umask 077

say() { printf '%s\n' "$*" >"$state.new" && mv -f "$state.new" "$state" && printf '== %s\n' "$*" >>"$log"; }
real() { (cd -P "$1" 2>/dev/null && pwd -P); }

profile() {
  case $class in
  home) for p in "${XDG_STATE_HOME:-$HOME/.local/state}/nix/profiles/home-manager" "/nix/var/nix/profiles/per-user/${USER:-$(id -un)}/home-manager"; do
      [ -e "$p" ] && break
    done
    printf '%s' "$p" ;;
  *) printf '%s' "${FLEETD_PROFILE:-/nix/var/nix/profiles/system}" ;;
  esac
}
current() { if [ "$class" = home ]; then real "$(profile)"; else real /run/current-system; fi; }
is_system() {
  case $class in
  nixos) [ -x "$1/bin/switch-to-configuration" ] ;;
  *) [ -x "$1/activate" ] ;;
  esac
}
# Only for `limited`, which starts it in a process of its own.
activate() {
  case $class in
  nixos) exec "$1/bin/switch-to-configuration" "$2" ;;
  *) exec "$1/activate" ;;
  esac
}
# keep PATH GENERATION: what the next boot gets. A home's own activation has done it.
keep() {
  [ "$class" = home ] && return 0
  if [ "$2" = - ]; then nix-env -p "$(profile)" --set "$1"; else nix-env -p "$(profile)" --switch-generation "$2"; fi || return 1
  [ "$class" != nixos ] || "$1/bin/switch-to-configuration" boot
}
failed_units() {
  [ -d /run/systemd/system ] && [ "$class" != home ] || return 0
  systemctl list-units --failed --plain --no-legend --no-pager 2>/dev/null | while read -r unit _; do printf '%s\n' "$unit"; done
}
# limited SECONDS COMMAND…: its exit status, or 124 when it took longer.
limited() {
  limit=$(($1 * 5)) steps=0
  shift
  "$@" </dev/null &
  child=$!
  while kill -0 "$child" 2>/dev/null; do
    if [ "$steps" -ge "$limit" ]; then
      kill -TERM "$child" 2>/dev/null
      sleep 2
      kill -KILL "$child" 2>/dev/null
      wait "$child" 2>/dev/null
      return 124
    fi
    sleep 0.2
    steps=$((steps + 1))
  done
  wait "$child"
}
finish() {
  say "$@"
  rm -f "$dir/$id.new" "$dir/$id.old" "$dir/$id.sh" "$dir/$id.confirm" "$dir/$id.abort" "$dir/$id.plist" "$dir/$id.moved"
  [ "$(cat "$dir/lock/id" 2>/dev/null)" != "$id" ] || rm -rf "$dir/lock"
  # Last: it ends this process, too.
  [ "$class" != darwin ] || ! command -v launchctl >/dev/null 2>&1 || launchctl bootout "system/$job" 2>/dev/null
  exit 0
}
unstarted() {
  echo "$*"
  finish "FAILED $*"
}
# A job of launchd of its own: what a session of ssh leaves behind may be ended with it, and the activation stops only jobs of
# its own systems.
as_job() {
  {
    printf '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict>\n<key>Label</key><string>%s</string>\n<key>ProgramArguments</key><array>\n' "$job"
    for word in /bin/sh "$dir/$id.sh" "$@"; do
      printf '<string>%s</string>\n' "$(printf '%s' "$word" | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g')"
    done
    printf '</array>\n<key>EnvironmentVariables</key><dict><key>HOME</key><string>%s</string><key>USER</key><string>root</string></dict>\n' "${HOME:-/var/root}"
    printf '<key>RunAtLoad</key><true/>\n<key>AbandonProcessGroup</key><true/>\n</dict></plist>\n'
  } >"$dir/$id.plist" && launchctl bootstrap system "$dir/$id.plist"
}
# unlink_etc SYSTEM: a Mac that never had nix-darwin has files of its own where links will be; nix-darwin does nothing as long as they are
# there. They are put beside, under the name that nix-darwin uses for that, and come back when the system goes.
unlink_etc() {
  [ "$class" = darwin ] && [ ! -e /etc/static ] && [ -d "$1/etc" ] || return 0
  find -H "$1/etc" -type l | while IFS= read -r link; do
    file=/etc/${link#"$1/etc/"}
    if [ -f "$file" ] && [ ! -h "$file" ] && [ ! -e "$file.before-nix-darwin" ]; then
      mv "$file" "$file.before-nix-darwin" && printf '%s\n' "$file" >>"$dir/$id.moved"
      echo "$file is now $file.before-nix-darwin"
    fi
  done
}
restore_etc() {
  [ -e "$dir/$id.moved" ] || return 0
  while IFS= read -r file; do
    [ -e "$file" ] && [ ! -h "$file" ] || mv -f "$file.before-nix-darwin" "$file"
  done <"$dir/$id.moved"
  rm -f "$dir/$id.moved"
}
back() {
  restore_etc
  [ -n "$old" ] || finish "STUCK $*; there is no earlier system to return to"
  say "RETURNING $*"
  for attempt in 1 2 3; do
    limited "$patience" activate "$old" test >>"$log" 2>&1
    [ "$(current)" = "$old" ] && finish "RETURNED $*"
    sleep "$attempt"
  done
  finish "STUCK $*; the earlier system could not be activated either"
}

class='' job=org.fleetd.activation.$id
case $verb in
able)
  class=nixos
  if able; then echo "ABLE $loader"; else echo "UNABLE $why"; fi
  ;;
resume) resume ;;
start)
  class=$4 goal=$5 new=$6 generation=$7 confirm=$8 patience=$9
  shift 9
  units=$1 checks=$2 health=${3:-}
  mkdir -p "$dir"
  if ! is_system "$new"; then echo "NOT-A-SYSTEM"; exit 0; fi
  if ! mkdir "$dir/lock" 2>/dev/null; then
    holder=$(cat "$dir/lock/pid" 2>/dev/null)
    if [ -z "$holder" ]; then sleep 1; holder=$(cat "$dir/lock/pid" 2>/dev/null); fi
    if [ -n "$holder" ] && kill -0 "$holder" 2>/dev/null; then echo "BUSY $(cat "$dir/lock/id" 2>/dev/null)"; exit 0; fi
    rm -rf "$dir/lock"
    mkdir "$dir/lock" 2>/dev/null || { echo "BUSY"; exit 0; }
  fi
  echo "$id" >"$dir/lock/id"
  echo $$ >"$dir/lock/pid"
  : >"$log"
  say "STARTED"
  set -- work "$dir" "$id" "$class" "$goal" "$new" "$generation" "$confirm" "$patience" "$units" "$checks" "$health"
  if [ "$class" = darwin ] && command -v launchctl >/dev/null 2>&1; then
    as_job "$@" || unstarted "launchd refused"
  elif [ -d /run/systemd/system ] && [ "$class" != home ] && command -v systemd-run >/dev/null; then
    systemd-run --quiet --collect --no-ask-password --unit="fleetd-$id" --service-type=exec \
      --setenv=NIXOS_INSTALL_BOOTLOADER=0 -- /bin/sh "$dir/$id.sh" "$@" || unstarted "systemd-run refused"
  elif command -v setsid >/dev/null; then
    setsid sh "$dir/$id.sh" "$@" </dev/null >/dev/null 2>&1 &
  else
    nohup sh "$dir/$id.sh" "$@" </dev/null >/dev/null 2>&1 &
  fi
  # The lock is the worker's before we let go of it.
  steps=0
  while [ "$(cat "$dir/lock/pid" 2>/dev/null)" = $$ ] && [ "$steps" -lt 50 ]; do
    sleep 0.1
    steps=$((steps + 1))
  done
  echo "STARTED"
  ;;
work)
  class=$4 goal=$5 new=$6 generation=$7 confirm=$8 patience=$9
  shift 9
  units=$1 checks=$2 health=${3:-}
  [ "$checks" = checked ] || export NIXOS_NO_CHECK=1
  trap '' HUP
  echo $$ >"$dir/lock/pid"
  exec >>"$log" 2>&1
  old=$(current)
  for root in new old; do
    eval "path=\$$root"
    [ -z "$path" ] || nix-store --realise "$path" --add-root "$dir/$id.$root" --indirect >/dev/null 2>&1
  done
  case $goal in dry-activate | test) ;; *) [ "$class" != nixos ] || drop_trial ;; esac
  case $goal in
  trial | trial-reboot)
    say "ACTIVATING"
    who=itself
    [ "$goal" = trial ] || who=operator
    if ! arm "$who"; then
      [ ! -d "$kept" ] || disarm
      finish "FAILED ${why:-the next boot could not be prepared}"
    fi
    if [ "$goal" = trial ]; then
      finish "ARMED $loader"
    fi
    say "ARMED $loader"
    if confirmed "$confirm"; then
      say "REBOOTING"
      restart
      sleep "$patience"
      why="it did not reboot within $patience seconds"
    fi
    disarm
    finish "RETURNED $why"
    ;;
  dry-activate)
    say "ACTIVATING"
    limited "$patience" activate "$new" dry-activate
    code=$?
    [ "$code" = 0 ] && finish "DONE"
    finish "FAILED the dry run ended with status $code"
    ;;
  boot)
    say "ACTIVATING"
    before=$(real "$(profile)")
    keep "$new" "$generation" && finish "DONE"
    [ -z "$before" ] || keep "$before" -
    finish "FAILED the next boot could not be prepared"
    ;;
  esac
  failed_before=$(failed_units)
  say "ACTIVATING"
  unlink_etc "$new"
  limited "$patience" activate "$new" test
  code=$?
  [ "$code" = 124 ] && back "the activation took longer than $patience seconds"
  [ "$code" = 0 ] || back "the activation ended with status $code"
  if [ "$units" = check ]; then
    sleep 1
    for unit in $(failed_units); do
      case "
$failed_before
" in
      *"
$unit
"*) ;;
      *) back "the unit $unit failed" ;;
      esac
    done
  fi
  say "WAITING"
  steps=0
  until [ -e "$dir/$id.confirm" ]; do
    [ -e "$dir/$id.abort" ] && back "the operator took it back"
    [ "$steps" -lt $((confirm * 5)) ] || back "nobody confirmed within $confirm seconds"
    sleep 0.2
    steps=$((steps + 1))
  done
  [ "$goal" = test ] && finish "DONE"
  say "KEEPING"
  keep "$new" "$generation" && finish "DONE"
  [ -z "$old" ] || [ "$class" = home ] || nix-env -p "$(profile)" --set "$old"
  back "the system could not be made the one to boot"
  ;;
await)
  steps=0
  while [ "$steps" -lt 50 ]; do
    now=$(cat "$state" 2>/dev/null)
    case $now in WAITING | ARMED* | DONE | RETURNED* | FAILED* | STUCK*) break ;; esac
    sleep 0.2
    steps=$((steps + 1))
  done
  [ -n "$now" ] || { which_boot; now="LOST $boot"; }
  printf '%s\n' "$now"
  tail -n 30 "$log" 2>/dev/null
  ;;
confirm | abort)
  [ -e "$state" ] && : >"$dir/$id.$verb"
  ;;
esac
