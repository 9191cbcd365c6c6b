# What the plugin wireguard sets on oak.
{ config, ... }:
{
  _file = "plugin wireguard";
  config = {
    clan.core.vars.generators.wireguard-keys-vpn = {
      builtin.generator = "wireguard-key";
      files = {
        privatekey = { };
        publickey.secret = false;
      };
    };
    networking.extraHosts = ''
      fdeb:f20c:df:8700::1 oak.vpn
      fdeb:f20c:df:8700:dd14:04f1:0fee:80c5 ada@desk.vpn
      fdeb:f20c:df:8700:af9b:6fe9:bdaa:154b elm.vpn
      fdeb:f20c:df:8700:3434:547a:02d1:f09f fir.vpn
    '';
    clan.core.vars.generators.wireguard-network-vpn = {
      builtin = {
        file = "prefix";
        generator = "text";
        text = "fdeb:f20c:df:8700";
      };
      files.prefix.secret = false;
      validation.hostname = "oak";
    };
    boot.kernel.sysctl."net.ipv6.conf.all.forwarding" = 1;
    networking.firewall.allowedUDPPorts = [ 51820 ];
    networking.wireguard.interfaces.vpn.listenPort = 51820;
    networking.wireguard.interfaces.vpn.ips = [ "fdeb:f20c:df:8700::1/40" ];
    networking.wireguard.interfaces.vpn.privateKeyFile = config.clan.core.vars.generators.wireguard-keys-vpn.files.privatekey.path;
    networking.wireguard.interfaces.vpn.peers = [
      {
        allowedIPs = [ "fdeb:f20c:df:8700:af9b:6fe9:bdaa:154b/96" ];
        persistentKeepalive = 25;
        publicKey = "ELM";
      }
    ];
    networking.wireguard.interfaces.vpn.mtu = 1400;
  };
}
