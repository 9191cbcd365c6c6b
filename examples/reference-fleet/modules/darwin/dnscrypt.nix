# Encrypted name resolution for laptops that meet many networks.
{ config, ... }:
let
  inherit (config.fleet) hosts network;
in
{
  flake.modules.darwin.dnscrypt =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    let
      toml = pkgs.formats.toml { };
      settings = {
        listen_addresses = [ "127.0.0.1:53" ];
        server_names = [ "quad9-dnscrypt-ip4-filter-pri" ];
        ipv6_servers = true;
        require_dnssec = true;
        forwarding_rules = "/etc/dnscrypt/forwarding.txt";
      };
    in
    {
      environment.systemPackages = [ pkgs.dnscrypt-proxy ];

      environment.etc."dnscrypt/forwarding.txt".text = lib.concatLines [
        "${network.domain} [${hosts.cinnabar.overlay6}]"
        "local 224.0.0.251"
      ];

      networking.dns = [ "127.0.0.1" ];
      networking.knownNetworkServices = [
        "Wi-Fi"
        "Thunderbolt Bridge"
      ];

      launchd.daemons.dnscrypt = {
        command = "${lib.getExe pkgs.dnscrypt-proxy} -config ${toml.generate "dnscrypt.toml" settings}";
        serviceConfig = {
          KeepAlive = true;
          RunAtLoad = true;
          UserName = lib.mkIf (config.users.users ? _dnscrypt) "_dnscrypt";
        };
      };
    };
}
