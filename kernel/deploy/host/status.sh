#!/bin/sh
# Runs on a host: says what it is and what it runs, one `key value` a line. Needs no rights beyond reading. Every program it starts is
# started on all hosts of a fleet, most of the time to find that nothing is to be done; so it starts few.
#   status.sh brief|status|generations CLASS DIR
# `brief` says what decides whether there is something to deploy.
set -u
PATH=$PATH:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin:${HOME:-/root}/.nix-profile/bin
verb=$1 class=$2 dir=$3
# Sets `real` to the directory that a link leads to, or to nothing.
follow() { if cd -P "$1" 2>/dev/null; then real=$PWD; else real=; fi; }
age() { stat -c %Y "$1" 2>/dev/null || stat -f %m "$1" 2>/dev/null; }

profile=/nix/var/nix/profiles/system
if [ "$class" = home ]; then
  for profile in "${XDG_STATE_HOME:-$HOME/.local/state}/nix/profiles/home-manager" "/nix/var/nix/profiles/per-user/${USER:-$(id -un)}/home-manager"; do
    [ -e "$profile" ] && break
  done
fi
case $profile in /*) ;; *) profile=$PWD/$profile ;; esac
case $dir in /*) ;; *) dir=$PWD/$dir ;; esac

if [ "$verb" = generations ]; then
  selected=$(readlink "$profile" 2>/dev/null)
  selected=${selected##*/}
  for link in "$profile"-*-link; do
    [ -e "$link" ] || [ -h "$link" ] || continue
    number=${link#"$profile"-}
    number=${number%-link}
    mark=-
    [ "${link##*/}" = "$selected" ] && mark=selected
    follow "$link"
    echo "generation $number $(age "$link") $mark $real"
  done
  follow /run/current-system
  echo "system $real"
  exit 0
fi

set -- $(uname -sm)
echo "kernel ${1-}"
echo "machine ${2-}"
follow "$profile"
echo "profile $real"
[ "$class" = home ] || follow /run/current-system
echo "system $real"
follow /run/booted-system
echo "booted $real"
printf 'nix-store '
command -v nix-store || echo
[ -s /var/lib/sops-nix/key.txt ] && echo "key yes"
trial=
[ -r /var/lib/fleetd/trial/new ] && read -r trial </var/lib/fleetd/trial/new
[ -n "$trial" ] && echo "trial $trial"
which_boot
echo "boot $boot"
[ "$verb" = brief ] && exit 0

selected=$(readlink "$profile" 2>/dev/null)
selected=${selected##*/}
number=${selected#"${profile##*/}"-}
echo "generation ${number%-link}"
echo "user $(id -un)"
echo "now $(date +%s)"
for part in kernel initrd kernel-modules; do
  booted=$(readlink "/run/booted-system/$part" 2>/dev/null) || continue
  [ "$booted" = "$(readlink "/run/current-system/$part" 2>/dev/null)" ] || { echo "reboot $part"; break; }
done
if [ -d /run/systemd/system ]; then
  systemctl list-units --failed --plain --no-legend --no-pager 2>/dev/null | while read -r unit _; do echo "failed $unit"; done
fi
for place in / /nix; do
  df -P "$place" 2>/dev/null | while read -r _ _ _ _ used _; do case $used in *%) echo "disk $place ${used%\%}" ;; esac; done
done
for state in "$dir"/*.state; do
  [ -e "$state" ] || continue
  name=${state##*/}
  echo "activation ${name%.state} $(age "$state") $(cat "$state")"
done
