# What the plugin zerotier sets on elm.
{ config, pkgs, ... }:
{
  _file = "plugin zerotier";
  config = {
    clan.core.vars.generators.zerotier-identity-elm = {
      builtin.generator = "zerotier-identity";
      files.identity-secret = { };
      share = true;
    };
    clan.core.vars.generators.zerotier-network-mesh = {
      builtin = {
        controller = "zerotier-identity-oak/identity-secret";
        generator = "zerotier-network";
      };
      dependencies = [ "zerotier-identity-oak" ];
      files.network-id = {
        deploy = false;
        secret = false;
      };
      share = true;
    };
    clan.core.vars.generators.zerotier-ip-elm-mesh = {
      builtin = {
        generator = "zerotier-address";
        identity = "zerotier-identity-elm/identity-secret";
        network = "zerotier-network-mesh/network-id";
      };
      dependencies = [ "zerotier-identity-elm" "zerotier-network-mesh" ];
      files.ip = {
        deploy = false;
        secret = false;
      };
      share = true;
    };
    environment.systemPackages = [ pkgs.zerotierone ];
    launchd.daemons.zerotier-one.script = "set -eu\nhome='/Library/Application Support/ZeroTier/One'\nsecret='${toString config.clan.core.vars.generators.zerotier-identity-elm.files.identity-secret.path}'\nnetworks=''\nmoons=''\nworlds=''\numask 077\nmkdir -p \"$home/networks.d\"\nif [ ! -s \"$secret\" ]; then\n  echo \"the identity of this machine is not at $secret: run 'fleetd vars generate' and deploy\" >&2\n  exit 1\nfi\nchanged=\nif ! cmp -s \"$secret\" \"$home/identity.secret\"; then\n  for file in identity.secret identity.public; do\n    if [ -s \"$home/$file\" ]; then mv -f \"$home/$file\" \"$home/$file.bac\"; fi\n  done\n  cp \"$secret\" \"$home/identity.secret.new\"\n  mv -f \"$home/identity.secret.new\" \"$home/identity.secret\"\n  changed=1\nfi\nprintf %s \"$(cut -d : -f 1-3 \"$home/identity.secret\")\" > \"$home/identity.public.new\"\nmv -f \"$home/identity.public.new\" \"$home/identity.public\"\nif [ -e \"$home/networks.joined\" ]; then\n  for network in $(cat \"$home/networks.joined\"); do\n    case \" $networks \" in\n      *\" $network \"*) ;;\n      *) rm -f \"$home/networks.d/$network.conf\" \"$home/networks.d/$network.local.conf\"; changed=1 ;;\n    esac\n  done\nfi\nfor network in $networks; do\n  if [ ! -e \"$home/networks.d/$network.conf\" ]; then\n    : > \"$home/networks.d/$network.conf\"\n    changed=1\n  fi\ndone\necho \"$networks\" > \"$home/networks.joined\"\nmkdir -p \"$home/moons.d\" \"$home/moons.declared\"\nif [ -e \"$home/moons.followed\" ]; then\n  for moon in $(cat \"$home/moons.followed\"); do\n    case \" $moons \" in\n      *\" $moon \"*) ;;\n      *) rm -f \"$home/moons.d/000000$moon.moon\" \"$home/moons.declared/$moon\"; changed=1 ;;\n    esac\n  done\nfi\necho \"$moons\" > \"$home/moons.followed\"\nfor world in $worlds; do\n  moon=\${world%%:*}\n  file=\"$home/moons.d/000000$moon.moon\"\n  if [ -s \"$file\" ] && [ \"$(cat \"$home/moons.declared/$moon\" 2>/dev/null)\" = \"$world\" ]; then continue; fi\n  printf %s \"\${world#*:}\" | base64 -d > \"$file.new\"\n  mv -f \"$file.new\" \"$file\"\n  echo \"$world\" > \"$home/moons.declared/$moon\"\n  changed=1\ndone\nsettings='{\"settings\":{\"interfacePrefixBlacklist\":[\"ygg\",\"hyprspace\",\"tinc\",\"tailscale\",\"mycelium\",\"wg\",\"zt\"],\"tcpFallbackRelay\":\"65.21.12.51/4443\"}}'\nif [ ! -e \"$home/local.conf\" ] || [ \"$(cat \"$home/local.conf\")\" != \"$settings\" ]; then\n  if [ -s \"$home/local.conf\" ] && ! cmp -s \"$home/local.conf\" \"$home/local.conf.declared\"; then\n    mv -f \"$home/local.conf\" \"$home/local.conf.bac\"\n  fi\n  printf '%s\\n' \"$settings\" > \"$home/local.conf.new\"\n  cp \"$home/local.conf.new\" \"$home/local.conf.declared\"\n  mv -f \"$home/local.conf.new\" \"$home/local.conf\"\n  changed=1\nfi\nexec ${pkgs.zerotierone}/bin/zerotier-one -p9993\n";
    launchd.daemons.zerotier-one.path = [ pkgs.coreutils pkgs.diffutils ];
    launchd.daemons.zerotier-one.serviceConfig = {
      KeepAlive = true;
      RunAtLoad = true;
      StandardErrorPath = "/var/log/zerotier-one.log";
    };
  };
}
