// The scripts' text. Values that come from people stand in files or were checked to be digits.
#include "plugins/zerotier/scripts.hpp"

namespace zerotier {

namespace {

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

// A daemon that finds another identity keeps the old one beside it. Networks that were joined and moons that were
// followed by hand stay. Only a new declaration replaces a moon: the daemon may have learnt of a newer one since.
constexpr const char* kPrepare = R"sh(umask 077
mkdir -p "$home/networks.d"
if [ ! -s "$secret" ]; then
  echo "the identity of this machine is not at $secret: run 'fleetd vars generate' and deploy" >&2
  exit 1
fi
changed=
if ! cmp -s "$secret" "$home/identity.secret"; then
  for file in identity.secret identity.public; do
    if [ -s "$home/$file" ]; then mv -f "$home/$file" "$home/$file.bac"; fi
  done
  cp "$secret" "$home/identity.secret.new"
  mv -f "$home/identity.secret.new" "$home/identity.secret"
  changed=1
fi
printf %s "$(cut -d : -f 1-3 "$home/identity.secret")" > "$home/identity.public.new"
mv -f "$home/identity.public.new" "$home/identity.public"
if [ -e "$home/networks.joined" ]; then
  for network in $(cat "$home/networks.joined"); do
    case " $networks " in
      *" $network "*) ;;
      *) rm -f "$home/networks.d/$network.conf" "$home/networks.d/$network.local.conf"; changed=1 ;;
    esac
  done
fi
for network in $networks; do
  if [ ! -e "$home/networks.d/$network.conf" ]; then
    : > "$home/networks.d/$network.conf"
    changed=1
  fi
done
echo "$networks" > "$home/networks.joined"
mkdir -p "$home/moons.d" "$home/moons.declared"
if [ -e "$home/moons.followed" ]; then
  for moon in $(cat "$home/moons.followed"); do
    case " $moons " in
      *" $moon "*) ;;
      *) rm -f "$home/moons.d/000000$moon.moon" "$home/moons.declared/$moon"; changed=1 ;;
    esac
  done
fi
echo "$moons" > "$home/moons.followed"
for world in $worlds; do
  moon=${world%%:*}
  file="$home/moons.d/000000$moon.moon"
  if [ -s "$file" ] && [ "$(cat "$home/moons.declared/$moon" 2>/dev/null)" = "$world" ]; then continue; fi
  printf %s "${world#*:}" | base64 -d > "$file.new"
  mv -f "$file.new" "$file"
  echo "$world" > "$home/moons.declared/$moon"
  changed=1
done
)sh";

// Where secrets are installed after daemons are started, a changed identity comes a moment later than the daemon that
// is started for it.
constexpr const char* kAwait = R"sh(
for try in $(seq "${ZEROTIER_WAIT:-60}"); do
  if [ ! -s "$secret" ]; then break; fi
  if [ "$(cut -d : -f 1 "$secret")" = "$node" ]; then node=; break; fi
  sleep 1
done
if [ -n "$node" ] && [ -s "$secret" ]; then
  echo "the identity at $secret is not that of the node $node: deploy this machine again" >&2
fi
)sh";

// Replaced as a whole: the daemon ends when it reads half a file.
constexpr const char* kSettings = R"sh(
if [ ! -e "$home/local.conf" ] || [ "$(cat "$home/local.conf")" != "$settings" ]; then
  if [ -s "$home/local.conf" ] && ! cmp -s "$home/local.conf" "$home/local.conf.declared"; then
    mv -f "$home/local.conf" "$home/local.conf.bac"
  fi
  printf '%s\n' "$settings" > "$home/local.conf.new"
  cp "$home/local.conf.new" "$home/local.conf.declared"
  mv -f "$home/local.conf.new" "$home/local.conf"
  changed=1
fi
)sh";

// What was declared last is kept beside the record: only a new declaration replaces what the controller made of it.
constexpr const char* kRecord = R"sh(
mkdir -p "$home/controller.d/network"
if ! cmp -s "$record" "$home/controller.d/network/$network.declared"; then
  rm -f "$home/controller.d/network/$network.new"
  cp "$record" "$home/controller.d/network/$network.new"
  mv -f "$home/controller.d/network/$network.new" "$home/controller.d/network/$network.json"
  cp "$record" "$home/controller.d/network/$network.declared"
fi
)sh";

constexpr const char* kMoonKey = R"sh(
if [ -s "$home/moon.json" ]; then
  case $(cat "$home/moon.json") in
    *"$key"*) ;;
    *) echo "$home/moon.json has another key than the fleet has for this moon: devices that follow it by that key do not learn of new endpoints. To keep that key: fleetd vars set $machine zerotier-moon-$machine/moon.json < moon.json" >&2 ;;
  esac
fi
)sh";

// The token never stands in an argument. Every answer is looked at; whatever fails, the unit is started again.
constexpr const char* kMembers = R"sh(
umask 077
home="${ZEROTIER_HOME:-/var/lib/zerotier-one}"
api="http://127.0.0.1:${ZEROTIER_PORT:-9993}/controller"
auth="$RUNTIME_DIRECTORY/auth"
for try in $(seq 60); do
  if [ -s "$home/authtoken.secret" ]; then
    printf 'X-ZT1-Auth: %s\n' "$(cat "$home/authtoken.secret")" > "$auth"
    if ask "$api" > /dev/null 2>&1; then break; fi
  fi
  if [ "$try" = 60 ]; then
    echo "the daemon does not answer as a controller; is it built with one?" >&2
    exit 1
  fi
  sleep 1
done
ask "$api/network/$network" > /dev/null || {
  echo "the controller does not have the network $network" >&2
  exit 1
}
jq -c '.[]' "$members" | while read -r member; do
  id=$(printf %s "$member" | jq -r .id)
  if ! printf %s "$member" | jq -c 'del(.id)' | ask --data-binary @- "$api/network/$network/member/$id" |
    jq -e '.authorized == true' > /dev/null; then
    echo "the controller did not let $id into $network" >&2
    exit 1
  fi
done
ask "$api/network/$network/member" | jq -r 'keys[]' | while read -r id; do
  if jq -e --arg id "$id" 'any(.[]; .id == $id)' "$members" > /dev/null; then continue; fi
  answer=$(ask "$api/network/$network/member/$id")
  if ! printf %s "$answer" | jq -e '.authorized == true' > /dev/null; then continue; fi
  if [ "$revoke" = 1 ]; then
    printf '{"authorized":false}' | ask --data-binary @- "$api/network/$network/member/$id" > /dev/null
    echo "$id is shut out of $network: it is not declared"
  else
    echo "$id is a member of $network, but it is not declared"
  fi
done
)sh";

}  // namespace

fleet::Text prepareScript(std::string_view home, const fleet::Secret& identity, const Followed& followed) {
  std::vector<std::string> moons = followed.moons, worlds;
  for (const auto& [moon, world] : followed.worlds) {
    moons.push_back(moon);
    worlds.push_back(moon + ":" + world);
  }
  return fleet::text("home=" + quoted(home) + "\nsecret='", identity,
                     "'\nnetworks=" + quoted(joined(followed.networks)) + "\nmoons=" + quoted(joined(moons)) +
                         "\nworlds=" + quoted(joined(worlds)) + "\n",
                     kPrepare);
}

fleet::Text awaitScript(const fleet::Secret& identity, const std::string& node) {
  return fleet::text("secret='", identity, "'\nnode=" + quoted(node), kAwait);
}

std::string settingsScript(const std::string& settings) { return "settings=" + quoted(settings) + kSettings; }

std::string recordScript(std::string_view home, const std::string& network, const std::string& record) {
  return "(\nset -eu\numask 077\nhome=" + quoted(home) + "\nnetwork=" + quoted(network) + "\nrecord=" + quoted(record) +
         kRecord + ")\n";
}

std::string moonKeyScript(std::string_view home, const std::string& machine, const std::string& key) {
  return "(\nhome=" + quoted(home) + "\nmachine=" + quoted(machine) + "\nkey=" + quoted(key) + kMoonKey + ")\n";
}

std::string membersScript(const std::string& network, const std::string& members, bool revoke) {
  return "set -euo pipefail\nnetwork=" + quoted(network) + "\nmembers=" + quoted(members) +
         "\nrevoke=" + (revoke ? "1" : "0") +
         "\nask() { curl --silent --show-error --fail --max-time 10 --header \"@$auth\" \"$@\"; }" + kMembers;
}

std::string orbitScript(const std::vector<std::string>& moons) {
  return "set -eu\nfor moon in " + joined(moons) +
         "; do\n  case $(zerotier-cli orbit \"$moon\" \"$moon\") in\n    200*) ;;\n    *) echo \"cannot follow the moon "
         "$moon\" >&2; exit 1 ;;\n  esac\ndone\n";
}

}  // namespace zerotier
