// What runs around a script, inside its sandbox: it gets files through its standard input, runs the script, and gives
// what was made through its standard output. So no value is ever in a file outside of the sandbox.
//
// In:  lines "<size> <path>", each followed by that many bytes; "end".
// Out: "exit <status>"; when it is 0 lines "file <size> <name>", each followed by that many bytes, "odd" for what is no
// file or has a strange name; "end".
#pragma once

namespace fleetd::vars {

// Arguments: directory of coreutils, shell, work directory, PATH of the script, and most processes.
inline constexpr const char* kWrapper = R"sh(set -eu
umask 077
tools=$1 shell=$2 work=$3 path=$4
PATH=$tools
export PATH
exec 3>&1 1>&2
ulimit -c 0
ulimit -u "$5" 2>/dev/null || ulimit -p "$5" 2>/dev/null || :
cd "$work"
mkdir in out prompts tmp
while read -r size name; do
  [ "$size" != end ] || break
  mkdir -p "${name%/*}"
  head -c "$size" >"$name"
done
exec </dev/null
if [ -w /etc ] && [ ! -e /etc/passwd ] && [ "$(id -u)" = 1000 ]; then
  echo 'generator:x:1000:1000::/work:/bin/sh' >/etc/passwd
  echo 'generator:x:1000:' >/etc/group
  echo '127.0.0.1 localhost' >/etc/hosts
  chmod 644 /etc/passwd /etc/group /etc/hosts
fi
status=0
env -i in="$work/in" out="$work/out" prompts="$work/prompts" PATH="$path" HOME="$work" TMPDIR="$work/tmp" USER=generator \
  "$shell" -euo pipefail ./script 3>&- || status=$?
printf 'exit %s\n' "$status" >&3
[ "$status" = 0 ] || exit 0
cd out
for name in * .[!.]* ..?*; do
  [ -e "$name" ] || [ -L "$name" ] || continue
  case $name in
  *[!A-Za-z0-9_.@+-]*) odd=1 ;;
  *) odd=0 ;;
  esac
  if [ "$odd" = 1 ] || [ ! -f "$name" ]; then
    printf 'odd\n' >&3
    continue
  fi
  chmod u+r "$name" || :
  size=$(wc -c <"$name")
  printf 'file %s %s\n' "$((size))" "$name" >&3
  cat <"$name" >&3
done
printf 'end\n' >&3
)sh";

}  // namespace fleetd::vars
