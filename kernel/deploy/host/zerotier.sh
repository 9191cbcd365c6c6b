# Runs on the host of a controller: asks the daemon's local API. The token is read here, reaches curl through a pipe and
# goes nowhere else. What is asked follows below as lines of `ask` and `reach`.
#   answer BYTES, then the bytes: a body, and behind its last newline the HTTP status and curl's own
set -u
export LC_ALL=C
PATH=$PATH:/run/wrappers/bin:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin
refuse() { echo "refuse $1"; exit 0; }
command -v curl >/dev/null 2>&1 || refuse curl
home=
for one in "${ZEROTIER_HOME:-/var/lib/zerotier-one}" "/Library/Application Support/ZeroTier/One"; do
  [ -d "$one" ] && { home=$one; break; }
done
[ -n "$home" ] || refuse home
[ -e "$home/authtoken.secret" ] || { [ -x "$home" ] && refuse token; refuse rights; }
[ -r "$home/authtoken.secret" ] || refuse rights
token=$(tr -d ' \t\r\n' <"$home/authtoken.secret") || refuse rights
[ -n "$token" ] || refuse token
case $token in *[!A-Za-z0-9_.+/=~-]*) refuse token ;; esac
port=
[ -r "$home/zerotier-one.port" ] && port=$(tr -cd 0-9 <"$home/zerotier-one.port")
[ -e "$home/identity.secret.saved_after_collision" ] && echo collision

# METHOD PATH [BODY], the body as a double-quoted word of curl's. Nothing is asked behind what got no answer.
ask() {
  answer=$({
    {
      printf 'header = "X-ZT1-Auth: %s"\n' "$token"
      [ -n "${3:-}" ] && printf 'header = "Content-Type: application/json"\ndata-binary = "%s"\n' "$3"
    } | curl -q --silent --noproxy '*' --connect-timeout 5 --max-time 10 --header 'Expect:' --request "$1" --config - \
      --write-out '\n%{http_code}' "http://127.0.0.1:${port:-9993}$2"
    printf ' %s' "$?"
  } 2>/dev/null | head -c 8388608)
  printf 'answer %s\n%s\n' "${#answer}" "$answer"
  case $answer in *' 0') ;; *) exit 0 ;; esac
}
# Which of the addresses answer to an echo, up to three times; at most 32 at once.
reach() {
  command -v ping >/dev/null 2>&1 || refuse ping
  count=0
  for one in "$@"; do
    { ping -n -c 1 -W 2 "$one" || ping -n -c 2 -W 2 "$one"; } >/dev/null 2>&1 </dev/null && echo "pong $one" || echo "silent $one" &
    count=$((count + 1))
    [ $((count % 32)) -eq 0 ] && wait
  done
  wait
}
