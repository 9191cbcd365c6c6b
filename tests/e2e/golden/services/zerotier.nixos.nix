# What the plugin zerotier sets on oak.
{ config, lib, pkgs, ... }:
{
  _file = "plugin zerotier";
  config = {
    services.zerotierone.package = (if lib.versionAtLeast pkgs.zerotierone.version "1.16" then pkgs.zerotierone.override { enableUnfree = true; } else pkgs.zerotierone);
    clan.core.vars.generators.zerotier-identity-oak = {
      builtin.generator = "zerotier-identity";
      files.identity-secret.restartUnits = [ "zerotierone.service" ];
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
    clan.core.vars.generators.zerotier-ip-oak-mesh = {
      builtin = {
        generator = "zerotier-address";
        identity = "zerotier-identity-oak/identity-secret";
        network = "zerotier-network-mesh/network-id";
      };
      dependencies = [ "zerotier-identity-oak" "zerotier-network-mesh" ];
      files.ip = {
        deploy = false;
        secret = false;
      };
      share = true;
    };
    services.zerotierone.enable = true;
    services.zerotierone.joinNetworks = [ ];
    services.zerotierone.localConf.settings = {
      interfacePrefixBlacklist = [ "ygg" "hyprspace" "tinc" "tailscale" "mycelium" "wg" "zt" ];
      tcpFallbackRelay = "65.21.12.51/4443";
    };
    systemd.services.zerotierone.path = [ pkgs.diffutils ];
    systemd.services.zerotierone.preStart = lib.mkBefore "(\nset -eu\nhome='/var/lib/zerotier-one'\nsecret='${toString config.clan.core.vars.generators.zerotier-identity-oak.files.identity-secret.path}'\nnetworks=''\nmoons=''\nworlds=''\numask 077\nmkdir -p \"$home/networks.d\"\nif [ ! -s \"$secret\" ]; then\n  echo \"the identity of this machine is not at $secret: run 'fleetd vars generate' and deploy\" >&2\n  exit 1\nfi\nchanged=\nif ! cmp -s \"$secret\" \"$home/identity.secret\"; then\n  for file in identity.secret identity.public; do\n    if [ -s \"$home/$file\" ]; then mv -f \"$home/$file\" \"$home/$file.bac\"; fi\n  done\n  cp \"$secret\" \"$home/identity.secret.new\"\n  mv -f \"$home/identity.secret.new\" \"$home/identity.secret\"\n  changed=1\nfi\nprintf %s \"$(cut -d : -f 1-3 \"$home/identity.secret\")\" > \"$home/identity.public.new\"\nmv -f \"$home/identity.public.new\" \"$home/identity.public\"\nif [ -e \"$home/networks.joined\" ]; then\n  for network in $(cat \"$home/networks.joined\"); do\n    case \" $networks \" in\n      *\" $network \"*) ;;\n      *) rm -f \"$home/networks.d/$network.conf\" \"$home/networks.d/$network.local.conf\"; changed=1 ;;\n    esac\n  done\nfi\nfor network in $networks; do\n  if [ ! -e \"$home/networks.d/$network.conf\" ]; then\n    : > \"$home/networks.d/$network.conf\"\n    changed=1\n  fi\ndone\necho \"$networks\" > \"$home/networks.joined\"\nmkdir -p \"$home/moons.d\" \"$home/moons.declared\"\nif [ -e \"$home/moons.followed\" ]; then\n  for moon in $(cat \"$home/moons.followed\"); do\n    case \" $moons \" in\n      *\" $moon \"*) ;;\n      *) rm -f \"$home/moons.d/000000$moon.moon\" \"$home/moons.declared/$moon\"; changed=1 ;;\n    esac\n  done\nfi\necho \"$moons\" > \"$home/moons.followed\"\nfor world in $worlds; do\n  moon=\${world%%:*}\n  file=\"$home/moons.d/000000$moon.moon\"\n  if [ -s \"$file\" ] && [ \"$(cat \"$home/moons.declared/$moon\" 2>/dev/null)\" = \"$world\" ]; then continue; fi\n  printf %s \"\${world#*:}\" | base64 -d > \"$file.new\"\n  mv -f \"$file.new\" \"$file\"\n  echo \"$world\" > \"$home/moons.declared/$moon\"\n  changed=1\ndone\n)\n";
    networking.firewall.allowedUDPPorts = [ 9993 ];
    networking.firewall.allowedTCPPorts = [ 9993 ];
    networking.networkmanager.unmanaged = [ "interface-name:zt*" ];
    systemd.network.networks."09-zerotier".matchConfig = {
      Name = "zt*";
    };
    systemd.network.networks."09-zerotier".networkConfig = {
      KeepConfiguration = "static";
      LLDP = true;
      MulticastDNS = true;
    };
  };
}
