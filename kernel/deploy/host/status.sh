#!/bin/sh
# Runs on a host: says what it is and what it runs, one `key value` a line. Needs no rights beyond reading.
#   status.sh status|generations CLASS DIR
set -u
PATH=$PATH:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin:${HOME:-/root}/.nix-profile/bin
verb=$1 class=$2 dir=$3
real() { (cd -P "$1" 2>/dev/null && pwd -P); }
age() { stat -c %Y "$1" 2>/dev/null || stat -f %m "$1" 2>/dev/null; }

profile=/nix/var/nix/profiles/system
if [ "$class" = home ]; then
  for profile in "${XDG_STATE_HOME:-$HOME/.local/state}/nix/profiles/home-manager" "/nix/var/nix/profiles/per-user/${USER:-$(id -un)}/home-manager"; do
    [ -e "$profile" ] && break
  done
fi
selected=$(readlink "$profile" 2>/dev/null)
selected=${selected##*/}

if [ "$verb" = generations ]; then
  for link in "$profile"-*-link; do
    [ -e "$link" ] || [ -h "$link" ] || continue
    number=${link#"$profile"-}
    number=${number%-link}
    mark=-
    [ "${link##*/}" = "$selected" ] && mark=selected
    echo "generation $number $(age "$link") $mark $(real "$link")"
  done
  echo "system $(real /run/current-system)"
  exit 0
fi

echo "kernel $(uname -s)"
echo "machine $(uname -m)"
if [ "$class" = home ]; then echo "system $(real "$profile")"; else echo "system $(real /run/current-system)"; fi
echo "booted $(real /run/booted-system)"
echo "profile $(real "$profile")"
number=${selected#"${profile##*/}"-}
echo "generation ${number%-link}"
store=$(command -v nix-store) && echo "nix-store $store"
echo "user $(id -un)"
[ -s /var/lib/sops-nix/key.txt ] && echo "key yes"
trial=$(cat /var/lib/fleetd/trial/new 2>/dev/null) && [ -n "$trial" ] && echo "trial $trial"
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
