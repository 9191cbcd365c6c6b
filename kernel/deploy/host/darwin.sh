#!/bin/sh
# Runs on a Mac: says what an activation of nix-darwin could stumble over, one `key value` a line. Changes nothing, and prints no value of
# a setting, which may be a secret.
set -u
PATH=$PATH:/usr/bin:/usr/sbin:/sbin:/run/current-system/sw/bin
[ "$(uname -s)" = Darwin ] || { echo "it runs $(uname -s)" >&2; exit 1; }
echo "darwin yes"
[ ! -e /etc/static ] || echo "managed yes"
[ ! -e /usr/local/bin/determinate-nixd ] || echo "determinate yes"
[ ! -d /etc/ssh/authorized_keys.d ] || echo "old-keys yes"
! grep -q etc/profile.d/nix-daemon.sh /etc/profile 2>/dev/null || echo "sources-nix yes"
number() { dscl . -read "$1" "$2" 2>/dev/null | awk '{ print $2; exit }'; }
group=$(number /Groups/nixbld PrimaryGroupID)
[ -z "$group" ] || echo "build-group $group"
first=$(number /Users/_nixbld1 UniqueID)
[ -z "$first" ] || echo "build-user $first"
dscl . -list /Users UniqueID 2>/dev/null | awk 'NF == 2 { print "user " $1 " " $2 }'
# Names of services begin with an underscore.
dscl . -list /Users UserShell 2>/dev/null | awk 'NF == 2 && $1 !~ /^_/ { print "login-shell " $2 }'
awk '/^\// { print "shell " $1 }' /etc/shells 2>/dev/null
awk -F= '/^[ \t]*[a-z][a-z0-9-]*[ \t]*=/ { gsub(/[ \t]/, "", $1); print "setting " $1 }' /etc/nix/nix.conf /etc/nix/nix.custom.conf 2>/dev/null
exit 0
