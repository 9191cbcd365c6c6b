# What the plugin wireguard sets on elm.
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
    clan.core.networking.extraHosts.wireguard = ''
      fdeb:f20c:df:8700::1 oak.vpn
      fdeb:f20c:df:8700:dd14:04f1:0fee:80c5 ada@desk.vpn
      fdeb:f20c:df:8700:af9b:6fe9:bdaa:154b elm.vpn
      fdeb:f20c:df:8700:3434:547a:02d1:f09f fir.vpn
    '';
    clan.core.vars.generators.wireguard-network-vpn = {
      builtin = {
        file = "suffix";
        generator = "text";
        text = "af9b:6fe9:bdaa:154b";
      };
      files.suffix.secret = false;
      validation.hostname = "elm";
    };
    networking.wg-quick.interfaces.vpn.address = [ "fdeb:f20c:df:8700:af9b:6fe9:bdaa:154b/56" ];
    networking.wg-quick.interfaces.vpn.privateKeyFile = config.clan.core.vars.generators.wireguard-keys-vpn.files.privatekey.path;
    networking.wg-quick.interfaces.vpn.peers = [
      {
        allowedIPs = [ "fdeb:f20c:df:8700::/56" ];
        endpoint = "vpn.example.org:51820";
        persistentKeepalive = 25;
        publicKey = "OAK";
      }
    ];
  };
}
